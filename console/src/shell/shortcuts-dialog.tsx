// The list of keyboard shortcuts.
import { shellTexts } from './texts.ts'
import { Modal } from '../ui/dialog.tsx'
import { chooseKeys, useAreKeysOn } from '../ui/key-choice.ts'

export function ShortcutsDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Modal title={shellTexts.shortcuts.title} {...props}>
      <Switch />
      <dl className="flex flex-col">
        {shellTexts.shortcuts.rows.map(([keys, meaning]) => (
          <div
            key={keys}
            className="flex items-center justify-between gap-4 border-t border-line py-1.5 first:border-t-0"
          >
            <dt>{meaning}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded border border-line bg-sunken px-1.5 text-center font-sans text-xs leading-5 text-soft"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}

function Switch() {
  const { on, onHint } = shellTexts.shortcuts
  return (
    <label className="flex items-start gap-2">
      <input
        type="checkbox"
        className="mt-0.5 accent-accent"
        checked={useAreKeysOn()}
        onChange={(event) => chooseKeys(event.target.checked)}
      />
      <span>
        {on}
        <span className="block text-xs text-faint">{onHint}</span>
      </span>
    </label>
  )
}
