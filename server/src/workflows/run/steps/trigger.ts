// A trigger gives out the payload of what started the execution.
import { payloadOf } from '../../rules/names-of-visit.ts'
import type { RunStep } from '../visit-run.ts'

export const runTrigger: RunStep<'trigger'> = async (_config, { context }) => ({ output: payloadOf(context) })
