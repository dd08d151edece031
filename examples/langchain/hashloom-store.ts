/**
 * A published index as a VectorStore of LangChain: it answers, and documents come by runs of
 * Hashloom. Copy it; it needs @hashloom/lookup and @langchain/core.
 */
import { openIndex } from '@hashloom/lookup';
import type { Filter, HashIndex, Match, Query } from '@hashloom/lookup';
import { Document } from '@langchain/core/documents';
import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import { VectorStore } from '@langchain/core/vectorstores';

export interface HashloomStoreOptions {
  /** What made the vectors of the index; an index of documents has its own encoder of texts. */
  embeddings?: EmbeddingsInterface;
  /** The field of the payload that is a document's text; else the payload where it is a text. */
  contentField?: string;
}

export class HashloomStore extends VectorStore {
  declare FilterType: Filter;
  readonly #index: HashIndex;
  readonly #contentField: string | undefined;

  constructor(index: HashIndex, { embeddings, contentField }: HashloomStoreOptions = {}) {
    super(embeddings ?? NO_EMBEDDINGS, {});
    this.#index = index;
    this.#contentField = contentField;
  }

  /** An index at a path, an https: or an s3: address. */
  static async open(uri: string, options?: HashloomStoreOptions): Promise<HashloomStore> {
    return new HashloomStore(await openIndex(uri), options);
  }

  _vectorstoreType(): string {
    return 'hashloom';
  }

  override async similaritySearchVectorWithScore(
    vector: number[],
    k: number,
    filter?: Filter,
  ): Promise<[Document, number][]> {
    return await this.#ask({ vector }, k, filter);
  }

  override async similaritySearchWithScore(
    text: string,
    k = 4,
    filter?: Filter,
  ): Promise<[Document, number][]> {
    const hasEncoder = this.#index.manifest.parts.some(({ name }) => name === 'encoder.json');
    if (hasEncoder) return await this.#ask({ text }, k, filter);
    return await this.#ask({ vector: await this.embeddings.embedQuery(text) }, k, filter);
  }

  override async similaritySearch(text: string, k = 4, filter?: Filter): Promise<Document[]> {
    return (await this.similaritySearchWithScore(text, k, filter)).map(([document]) => document);
  }

  /** Documents that are like one of the index, which LangChain has no method for. */
  async similarTo(id: string, k = 4, filter?: Filter): Promise<[Document, number][]> {
    return await this.#ask({ id }, k, filter);
  }

  override addVectors(): Promise<void> {
    return Promise.reject(new Error(READ_ONLY));
  }

  override addDocuments(): Promise<void> {
    return Promise.reject(new Error(READ_ONLY));
  }

  async #ask(what: Query, topK: number, filter?: Filter): Promise<[Document, number][]> {
    const query: Query = { ...what, topK, include: ['payload'], ...(filter && { filter }) };
    const { matches } = await this.#index.query(query);
    return matches.map((match) => [this.#documentOf(match), match.score]);
  }

  #documentOf({ id, payload, relation }: Match): Document {
    const fields = typeof payload === 'object' ? payload : {};
    const content = typeof payload === 'string' ? payload : fields[this.#contentField ?? ''];
    return new Document({
      id,
      pageContent: content === undefined ? id : String(content),
      metadata: { ...fields, id, relation },
    });
  }
}

const READ_ONLY = 'a published index is not changed: hashloom index append brings documents';

const refuse = (): Promise<never> =>
  Promise.reject(new Error('this index has no encoder of texts: open it with its embeddings'));
const NO_EMBEDDINGS: EmbeddingsInterface = { embedQuery: refuse, embedDocuments: refuse };
