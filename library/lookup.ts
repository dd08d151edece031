/** `hashloom/lookup`: who has Hashloom installed has the reader of its indexes too. */

export * from '@hashloom/lookup';
