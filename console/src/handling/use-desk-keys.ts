// The keys of people who answer. They can be switched off, and none works in a text field, a dialog or a menu.
import { tinykeys } from 'tinykeys'
import { useEffect, useEffectEvent } from 'react'
import { areKeysOn } from '../ui/key-choice.ts'
import { isKeyTaken } from '../ui/use-keys.ts'

/** `?` is the shell's, and Ctrl+Enter the composer's. */
export type DeskKey = 'j' | 'k' | 't' | 'r' | 'n' | 'a' | 's' | 'u' | 'e'
export type DeskKeyMap = Partial<Record<DeskKey, () => void>>

const all = ['j', 'k', 't', 'r', 'n', 'a', 's', 'u', 'e'] as const satisfies readonly DeskKey[]
/** Held down, these go on. */
const repeated: ReadonlySet<string> = new Set(['j', 'k'])

export function useDeskKeys(keys: DeskKeyMap): void {
  const press = useEffectEvent((key: DeskKey, event: KeyboardEvent) => {
    const act = keys[key]
    if (!act || event.defaultPrevented) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const bindings = all.map((key) => [key, (event: KeyboardEvent) => press(key, event)] as const)
    return tinykeys(window, Object.fromEntries(bindings), {
      ignore: (event) =>
        !areKeysOn() || event.isComposing || isKeyTaken(event) || (event.repeat && !repeated.has(event.key)),
    })
  }, [])
}
