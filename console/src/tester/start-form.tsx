// The form that starts a test conversation.
import { type FormEvent, useState } from 'react'
import { testerTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Icon } from '../ui/icons.tsx'
import { FaultText } from './fault-text.tsx'
import { OptionsFields, areUsable } from './options-fields.tsx'
import type { TrialOptions } from './trial.ts'

interface StartProps {
  isDraft: boolean
  initial: TrialOptions
  isPending: boolean
  error: unknown
  onStart: (options: TrialOptions) => void
}

export function StartForm({ isDraft, initial, isPending, error, onStart }: StartProps) {
  const [options, setOptions] = useState(initial)
  const [isChecked, setChecked] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (areUsable(options)) onStart(options)
  }
  return (
    <form onSubmit={submit} noValidate className="min-h-0 flex-1 overflow-y-auto px-4 py-6">
      <div className="mx-auto flex max-w-md flex-col gap-4">
        <p className="text-soft text-pretty">{isDraft ? words.introDraft : words.intro}</p>
        <Disclosure
          className="group rounded-lg border border-line bg-surface"
          summary={
            <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg px-3 hover:bg-hover">
              <Icon name="account" className="text-faint" />
              {words.options}
              <span className="ml-auto truncate text-faint">{options.user_id}</span>
              <Icon name="right" width="12" height="12" className="text-faint group-open:rotate-90" />
            </summary>
          }
        >
          <div className="border-t border-line p-3">
            <OptionsFields options={options} isChecked={isChecked} onChange={setOptions} />
          </div>
        </Disclosure>
        {isChecked && !areUsable(options) && (
          <p role="alert" className="text-bad">
            {words.optionsInvalid}
          </p>
        )}
        {error !== null && !isPending && <FaultText title={words.startFailed} error={error} />}
        <Button type="submit" kind="primary" disabled={isPending} className="self-start">
          {isPending ? words.starting : words.start}
        </Button>
      </div>
    </form>
  )
}
