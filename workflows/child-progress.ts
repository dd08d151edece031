import { defineQuery } from '@temporalio/workflow';
import { type ChildProgress, PROGRESS_QUERY } from '../schemas/run.ts';

export const childProgressQuery = defineQuery<ChildProgress>(PROGRESS_QUERY);
