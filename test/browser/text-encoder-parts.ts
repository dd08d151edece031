const TERMS = ['bread', 'water', 'wine'];

/** The parts of an encoder of texts that knows three words, for codes of so many bits. */
export function textEncoderParts(bits: number): Map<string, Uint8Array> {
  const header = {
    format: 1,
    method: 'itq',
    bits,
    layers: [{ inputs: TERMS.length, outputs: bits, activation: 'identity' }],
    text: {
      tokens: { minimumLength: 3, maximumLength: 64, numbers: false, apostrophes: true },
      frequency: 'log',
      terms: TERMS,
      scales: TERMS.map(() => 1),
    },
  };
  // A row of weights a term, then the bias, all of both signs.
  const weights = Float32Array.from({ length: (TERMS.length + 1) * bits }, (_, k) =>
    Math.sin(k * k + 1),
  );
  return new Map([
    ['encoder.json', new TextEncoder().encode(JSON.stringify(header))],
    ['encoder.bin', new Uint8Array(weights.buffer)],
  ]);
}
