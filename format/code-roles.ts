/** What the codes of the tables are for, where they are not alike; `roles` of a manifest. */
export const CODE_ROLES = ['cell', 'answering', 'asking'] as const;

/** Tables by their roles. */
export const CELL = 0;
export const ANSWERING = 1;
export const ASKING = 2;

/**
 * By table the codes that an item asks with, of its codes by table: each in its own, or where
 * tables have roles its asking code where the answering codes of the others are.
 */
export function codesToAskWith<Code>(
  codes: readonly Code[],
  hasRoles: boolean,
): readonly (Code | undefined)[] {
  if (!hasRoles) return codes;
  const asked: (Code | undefined)[] = [];
  asked[CELL] = undefined;
  asked[ANSWERING] = codes[ASKING];
  return asked;
}
