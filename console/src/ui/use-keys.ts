// Keyboard shortcuts that work anywhere on a page, except in fields, dialogs and menus, which use the same keys.
import { useEffect, useEffectEvent } from 'react'
import { areKeysOn } from './key-choice.ts'

const own =
  'input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]'

/** Whether a dialog or a menu is open. Toasts have the role of a dialog too, but need no answer. */
export function isSomethingAsked(): boolean {
  return document.querySelector('[role=dialog]:not([aria-modal=false]), [role=menu]') !== null
}

/** Whether a key belongs to a field, a dialog or a menu. */
export function isKeyTaken({ target }: Pick<KeyboardEvent, 'target'>): boolean {
  return (target instanceof Element && target.closest(own) !== null) || isSomethingAsked()
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>

export function useKeys(keys: KeyMap): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (isKeyTaken(event) || (event.key.length === 1 && !areKeysOn())) return
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (!act) return
    event.preventDefault()
    act(event)
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
