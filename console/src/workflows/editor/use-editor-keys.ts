// The keys of the editor: undo and redo, copy and paste, delete, a new step.
import { type KeyboardEvent as ReactKeyboardEvent, useEffect, useEffectEvent } from 'react'
import { isKeyTaken, useKeys } from '../../ui/use-keys.ts'
import type { Step } from '../definition/definition.ts'
import type { StepActions } from './use-step-actions.ts'

interface Options {
  isReadOnly: boolean
  actions: StepActions
  onAdd: () => void
  onClose: () => void
}

export function useEditorKeys({ isReadOnly, actions, onAdd, onClose }: Options): void {
  useKeys(isReadOnly ? { Escape: onClose } : { n: onAdd, Escape: onClose })
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || isKeyTaken(event)) return
    const key = event.key.toLowerCase()
    const isRedo = key === 'y' || (key === 'z' && event.shiftKey)
    const act = isRedo ? actions.redo : key === 'z' ? actions.undo : key === 'v' ? actions.paste : null
    if (!act || isReadOnly) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

/** On a step of the list. */
export function useStepKeys(isReadOnly: boolean, actions: StepActions) {
  return (event: ReactKeyboardEvent, step: Step) => {
    const isCopy = event.key.toLowerCase() === 'c' && (event.ctrlKey || event.metaKey)
    const isRemove = event.key === 'Delete' || event.key === 'Backspace'
    if (isReadOnly || !(isCopy || isRemove)) return
    if (isCopy && getSelection()?.isCollapsed === false) return
    event.preventDefault()
    if (isCopy) actions.take(step)
    else actions.remove(step.id)
  }
}
