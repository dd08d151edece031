/**
 * The stage function of each activity, `(input, context) => output`. The file of each stage adds
 * its own (`declare module`), so that no list repeats what schemas/activities.ts says; that every
 * row there has its function is checked where activities/load-stage.ts takes a name for one.
 */
export interface Stages {}
