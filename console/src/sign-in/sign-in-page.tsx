// The way in, with an API key.
import { type FormEvent, useRef, useState } from 'react'
import { describeError } from '../describe-error.ts'
import { isSignedOut, signIn } from '../session.ts'
import { useSessionControl } from '../session-context.ts'
import { useTitle } from '../shell/use-title.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { Mark } from '../ui/icons.tsx'

type Fault = { field: 'key' | 'organization' | null; text: string }

export function SignInPage() {
  useTitle(texts.signIn.submit)
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-7 shadow-float">
        <Mark width="36" height="36" />
        <h1 className="mt-4 text-xl font-semibold">{texts.signIn.title}</h1>
        <p className="mt-1 mb-5 text-soft text-pretty">{texts.signIn.lead}</p>
        <SignInForm />
      </div>
    </main>
  )
}

function SignInForm() {
  const { open } = useSessionControl()
  const [key, setKey] = useState('')
  const [organization, setOrganization] = useState('')
  const [fault, setFault] = useState<Fault | null>(null)
  const [isPending, setPending] = useState(false)
  const keyField = useRef<HTMLInputElement>(null)
  const token = key.trim()
  const needsOrganization = token.startsWith('pat_')

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const organization_id = organization.trim()
    if (token === '') return setFault({ field: 'key', text: texts.signIn.missing })
    if (needsOrganization && organization_id === '') {
      return setFault({ field: 'organization', text: texts.signIn.organizationMissing })
    }
    setPending(true)
    setFault(null)
    try {
      open(await signIn({ token, ...(needsOrganization ? { organization_id } : {}) }))
    } catch (error) {
      setFault(faultOf(error))
      setPending(false)
      keyField.current?.focus()
    }
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field label={texts.signIn.key} hint={texts.signIn.keyHint} error={fault?.field === 'key' ? fault.text : null}>
        <TextInput
          ref={keyField}
          type="password"
          name="key"
          autoComplete="off"
          autoFocus
          className="h-9"
          placeholder={texts.signIn.keyPlaceholder}
          value={key}
          onValueChange={setKey}
        />
      </Field>
      {needsOrganization && (
        <Field
          label={texts.signIn.organization}
          hint={texts.signIn.organizationHint}
          error={fault?.field === 'organization' ? fault.text : null}
        >
          <TextInput name="organization" className="h-9" value={organization} onValueChange={setOrganization} />
        </Field>
      )}
      {fault?.field === null && (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {fault.text}
        </p>
      )}
      <Button type="submit" kind="primary" className="h-9" disabled={isPending}>
        {isPending ? texts.signIn.submitting : texts.signIn.submit}
      </Button>
    </form>
  )
}

function faultOf(error: unknown): Fault {
  if (isSignedOut(error)) return { field: 'key', text: texts.signIn.refused }
  return { field: null, text: error instanceof TypeError ? texts.signIn.unreachable : describeError(error) }
}
