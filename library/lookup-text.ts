/** `hashloom/lookup/text`: makes codes of texts, for indexes of documents. */

export * from '@hashloom/lookup/text';
