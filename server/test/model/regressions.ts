// Sequences that once failed, each named by what was wrong.
import * as calls from './call-commands.ts'
import type { Command } from './command.ts'
import * as nodes from './node-commands.ts'

export const regressions: { name: string; nodes: number; commands: Command[] }[] = [
  {
    name: 'a node that is asked for the text of a later turn gave that of the one before, and went on talking',
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
    name: 'a node that lost its database while an attempt was lent died of it',
    nodes: 2,
    commands: [new calls.Message(0, 'default', false), new calls.Cancel(1, 0, false), new nodes.Crash(0)],
  },
  {
    name: 'a node whose turn had been taken over ended it without asking the other one, which lost the text and went on',
    nodes: 2,
    commands: [
      new calls.Message(0, 'default', false),
      new nodes.TakeOver(0),
      new calls.Say(0),
      new calls.End(0, 'cut', false, 1),
    ],
  },
  {
    name: 'a message that a conversation about to end refuses stopped the tool calls of the turn that it was to interrupt',
    nodes: 2,
    commands: [
      new calls.Message(0, 'default', false),
      new calls.End(1, 'finish', false, 1),
      new calls.CallTools(0, ['once']),
      new calls.Message(1, 'interrupt', false),
    ],
  },
  {
    name: 'an attempt that came back after its turn was over took the place of the one that ran, which nobody could stop then',
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
    name: 'the text of an attempt that began again was left with its turn, and kept when its node had died',
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
    name: 'of several ends at once on one node the second overtook the first, and lost the text that the first had stopped',
    nodes: 1,
    commands: [new calls.Message(0, 'default', false), new calls.Say(0), new calls.End(0, 'cut', false, 3)],
  },
  {
    name: 'a turn that had been left alone failed for good when its last attempt was lost',
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
    name: 'a last answer without words was held for a failure of a turn that had spoken before its node died',
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
