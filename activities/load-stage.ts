import { ACTIVITIES, type ActivityName } from '../schemas/activities.ts';
import type { Stages } from './stages.ts';

/** The function of a stage, from the file that its row in schemas/activities.ts leads to. */
export async function loadStage<Name extends ActivityName>(name: Name): Promise<Stages[Name]> {
  const module = (await import(`./${fileOf(name)}.ts`)) as Record<Name, Stages[Name]>;
  return module[name];
}

/** The chapter, and the activity's name in kebab case. */
export function fileOf(name: ActivityName): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${ACTIVITIES[name].chapter}/${words}`;
}
