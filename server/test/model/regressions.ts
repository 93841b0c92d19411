// Sequences that once failed, each named after its defect.
import * as calls from './call-commands.ts'
import type { Command } from './command.ts'
import * as nodes from './node-commands.ts'

export const regressions: { name: string; nodes: number; commands: Command[] }[] = [
  {
    name: 'a node that was asked for the text of a later turn returned that of an earlier one and kept talking',
    nodes: 2,
    commands: [
      new calls.Message(1, 'default', false),
      new calls.Cancel(0, 0, false),
      new calls.Message(1, 'default', false),
      new calls.Say(0),
      new calls.Cancel(0, 0, false),
    ],
  },
  {
    name: 'a node that lost its database while an attempt was lent crashed',
    nodes: 2,
    commands: [new calls.Message(0, 'default', false), new calls.Cancel(1, 0, false), new nodes.Crash(0)],
  },
  {
    name: 'a node whose turn had been taken over ended it without asking the other one, which continued, and the text was lost',
    nodes: 2,
    commands: [
      new calls.Message(0, 'default', false),
      new nodes.TakeOver(0),
      new calls.Say(0),
      new calls.End(0, 'cut', false, 1),
    ],
  },
  {
    name: 'a message refused by an ending conversation stopped the tool calls of the turn that it would have interrupted',
    nodes: 2,
    commands: [
      new calls.Message(0, 'default', false),
      new calls.End(1, 'finish', false, 1),
      new calls.CallTools(0, ['once']),
      new calls.Message(1, 'interrupt', false),
    ],
  },
  {
    name: 'an attempt that returned after its turn was over replaced the running one, which could not be stopped then',
    nodes: 2,
    commands: [
      new calls.Message(1, 'default', false),
      new calls.Cancel(0, 0, false),
      new calls.Message(1, 'default', false),
      new nodes.PassLent(),
      new calls.Say(0),
      new calls.End(0, 'cut', false, 1),
    ],
  },
  {
    name: 'the text of an attempt that restarted stayed with its turn, and was kept when its node died',
    nodes: 1,
    commands: [
      new calls.Message(0, 'default', false),
      new calls.Say(0),
      new nodes.HaltForNothing(0),
      new nodes.Crash(0),
      new nodes.Restart(0),
      new calls.End(0, 'cut', false, 1),
    ],
  },
  {
    name: 'of several simultaneous ends on one node the second overtook the first and lost the stopped text',
    nodes: 1,
    commands: [new calls.Message(0, 'default', false), new calls.Say(0), new calls.End(0, 'cut', false, 3)],
  },
  {
    name: 'an abandoned turn failed for good when its last attempt was lost',
    nodes: 2,
    commands: [
      new calls.Message(0, 'default', false),
      new nodes.TakeOver(0),
      new calls.Leave(0),
      new nodes.TakeOver(0),
      new nodes.TakeOver(0),
    ],
  },
  {
    name: 'an empty last answer was taken for a failure of a turn that had text before its node died',
    nodes: 1,
    commands: [
      new calls.Message(0, 'default', false),
      new calls.Say(0),
      new calls.CallTools(0, ['once']),
      new nodes.Crash('owner'),
      new nodes.Expire(false),
      new nodes.Restart(0),
      new calls.Finish(0, true),
    ],
  },
]
