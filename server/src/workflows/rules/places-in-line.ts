// How many of a line may start now, and when the rest are looked at again. Pure.

/** Per commit of the line. */
export const most_admitted_at_once = 50

/** What the first in line waits for. */
export interface Standing {
  /** Of its version; null: any number. */
  max_concurrent: number | null
  /** Executions of the workflow that have started and not ended. */
  active: number
  /** Started executions of the organization that wait for a server. */
  jobs: number
}

/**
 * After a part, the next one follows at once. Servers take jobs from the queue without a word, so a full one is looked at often; the end
 * of an execution adds the work of its workflow's line.
 */
const again_ms = { part: 0, jobs: 200, workflow: 1000 }

/** The first in line says how many of its workflow there may be: versions may differ. */
export function placesInLine(
  first: Standing | null,
  { most_jobs, of_workflow }: { most_jobs: number; of_workflow: boolean },
): { places: number; again_in_ms: number } {
  if (first === null) return { places: 0, again_in_ms: again_ms.part }
  const { max_concurrent, active, jobs } = first
  const left = {
    part: most_admitted_at_once,
    jobs: most_jobs - jobs,
    workflow: of_workflow && max_concurrent !== null ? max_concurrent - active : Infinity,
  }
  const places = Math.max(0, Math.min(left.part, left.jobs, left.workflow))
  const bound = left.workflow <= places ? 'workflow' : left.jobs <= places ? 'jobs' : 'part'
  return { places, again_in_ms: again_ms[bound] }
}
