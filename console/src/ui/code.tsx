// A piece of code to be copied.
import { texts } from '../texts/index.ts'
import { Button } from './button.tsx'
import { notify } from './notify.ts'

export function Code({ label, text }: { label: string; text: string }) {
  // Without HTTPS a page cannot write to the clipboard; the text can be selected.
  const copy = () => void navigator.clipboard?.writeText(text).then(() => notify(texts.copied))
  return (
    <figure className="flex flex-col gap-1">
      <figcaption className="flex items-center justify-between gap-2">
        <span className="font-medium">{label}</span>
        <Button kind="quiet" icon="copy" onClick={copy}>
          {texts.copy}
        </Button>
      </figcaption>
      <pre
        role="group"
        aria-label={label}
        // It scrolls sideways.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs"
      >
        {text}
      </pre>
    </figure>
  )
}
