// A read-only text with a button that copies it.
import { useId, useRef } from 'react'
import { texts } from '../texts/index.ts'
import { Button } from './button.tsx'
import { controlClasses } from './control-classes.ts'
import { notify } from './notify.ts'

export function CopyField({ label, value }: { label: string; value: string }) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const copy = () => {
    field.current?.select()
    // Without HTTPS a page cannot write to the clipboard. The text is selected instead.
    void navigator.clipboard?.writeText(value).then(
      () => notify(texts.copied),
      () => {},
    )
  }
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          ref={field}
          readOnly
          className={`${controlClasses} min-w-0 font-mono text-xs`}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button icon="copy" onClick={copy}>
          {texts.copy}
        </Button>
      </div>
    </div>
  )
}
