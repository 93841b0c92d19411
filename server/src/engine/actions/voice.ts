// Actions for voice calls: skipped on text, with a line in the log.
import type { VoiceActionType } from '@parley/contract'
import type { ActionResult, ActionRun, ActionRunners, ToolVariables } from './runner.ts'

function skip({ type }: { type: string }, _seen: ToolVariables, { call, run }: ActionRun): ActionResult {
  const { name: tool, call_id } = call
  run.log.info({ tool, call_id }, `Skipping voice-only action '${type}' on async text channel`)
  return {}
}

export const voiceRunners: Pick<ActionRunners, VoiceActionType> = {
  play_audio: skip,
  cold_transfer: skip,
  warm_transfer: skip,
  conference: skip,
  dtmf: skip,
  wait: skip,
  hangup: skip,
  leave_room: skip,
  stop_audio: skip,
  update_endpointing: skip,
}
