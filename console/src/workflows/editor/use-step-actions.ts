// What can be done with the steps of a draft, by a button, a key or in the graph; each is said to people who do not see it.
import { useState } from 'react'
import { type Position, type Step, findStep, nameOf as nameOfStep } from '../definition/definition.ts'
import {
  type Behind,
  type NewStep,
  addStep,
  canFollow,
  connect,
  copyStep,
  moveSteps,
  namesOf,
  removeStep,
} from '../definition/edit.ts'
import { tidyUp } from '../definition/tidy.ts'
import { editorTexts as words } from './texts.ts'
import type { Draft } from './use-draft.ts'

interface Way {
  from: string
  port: string
}

/** What was copied is there in other workflows, too, as long as the page is open. */
let copied: Step | null = null

export type StepActions = ReturnType<typeof useStepActions>

export function useStepActions(draft: Draft, onShow: (id: string | null) => void) {
  const [said, setSaid] = useState('')
  const { definition, change, isReadOnly, undo, redo } = draft
  const nameOf = (id: string, of = definition) => namesOf(of).get(id) ?? id
  const put = (
    { definition: next, id }: { definition: Draft['definition']; id: string },
    say: (name: string) => string,
  ) => {
    change(next)
    onShow(id)
    setSaid(say(nameOf(id, next)))
  }
  return {
    said,
    say: setSaid,
    add: (step: NewStep, behind: Behind | null) => put(addStep(definition, step, behind), words.added),
    copy: (step: Step) => put(copyStep(definition, step, words.copyName(nameOf(step.id))), words.copied),
    remove(id: string) {
      change(removeStep(definition, id))
      onShow(null)
      setSaid(words.removed(nameOf(id)))
    },
    move(id: string, position: Position, places: ReadonlyMap<string, Position>) {
      change(moveSteps(definition, new Map([...places, [id, position]])))
      setSaid(words.moved(nameOf(id)))
    },
    connect(from: string, port: string, to: string | null) {
      const target = to === null ? null : findStep(definition, to)
      if (target && !canFollow(target)) return
      change(connect(definition, from, port, to))
      setSaid(to === null ? words.disconnected(nameOf(from)) : words.connected(nameOf(from), nameOf(to)))
    },
    reconnect(before: Way, after: Way & { to: string }) {
      change(connect(connect(definition, before.from, before.port, null), after.from, after.port, after.to))
      setSaid(words.connected(nameOf(after.from), nameOf(after.to)))
    },
    tidy() {
      change(moveSteps(definition, tidyUp(definition)))
      setSaid(words.tidied)
    },
    undo: undo && act(undo, () => setSaid(words.undone)),
    redo: redo && act(redo, () => setSaid(words.redone)),
    take(step: Step) {
      copied = step
      setSaid(words.taken)
    },
    paste:
      copied === null || isReadOnly
        ? null
        : () => put(copyStep(definition, copied!, words.copyName(nameOfStep(copied!))), words.copied),
  }
}

const act = (first: () => void, then: () => void) => () => {
  first()
  then()
}
