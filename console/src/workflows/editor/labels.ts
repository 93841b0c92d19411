// What the ways out of steps are called. Pure.
import { type Port, type Step, nameOf } from '../definition/definition.ts'
import { stepTexts } from '../step-texts.ts'

export function labelOfWay({ kind, name }: Port): string {
  const { ports } = stepTexts
  return kind === 'branch' ? ports.branch(name) : ports[kind]
}

/** With the step, where several are listed. */
export function labelOfPort(step: Step, port: Port): string {
  return port.kind === 'next' ? nameOf(step) : `${nameOf(step)}: ${labelOfWay(port)}`
}
