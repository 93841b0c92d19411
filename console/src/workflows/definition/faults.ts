// Where the problems that the server finds belong: to a field of a step, to the settings, or to the workflow as a whole. Pure.
import type { Definition } from './definition.ts'

export interface Told {
  path: string
  message: string
}

export interface Fault {
  /** Null: of the settings or of the whole. */
  step_id: string | null
  /** Within the step, such as `config.url`; within the definition, such as `settings.timeout_seconds`. */
  path: string
  message: string
}

/** The paths have the numbers of steps in the definition that was sent; ids stay right when steps come and go. */
export function placeFaults(told: readonly Told[], { nodes }: Definition): Fault[] {
  return told.map(({ path, message }) => {
    const [, index, within = ''] = /^(?:definition\.)?nodes\.(\d+)(?:\.(.*))?$/.exec(path) ?? []
    const step = index === undefined ? undefined : nodes[Number(index)]
    if (step) return { step_id: step.id, path: within, message }
    return { step_id: null, path: path.replace(/^definition\.?/, ''), message }
  })
}

export const isWithin = (path: string, of: string) => path === of || path.startsWith(`${of}.`)

export const faultsOfStep = (faults: readonly Fault[], step_id: string | null) =>
  faults.filter((fault) => fault.step_id === step_id)

/** A fault that a change has made out of date: of the place, of its parts and of what it is a part of. */
export const withoutFaults = (faults: readonly Fault[], step_id: string | null, path: string): readonly Fault[] =>
  faults.filter(
    (fault) =>
      fault.step_id !== step_id || fault.path === '' || !(isWithin(fault.path, path) || isWithin(path, fault.path)),
  )
