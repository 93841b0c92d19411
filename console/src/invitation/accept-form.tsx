// What accepting takes: a new password, the existing one, or only the current session.
import { ApiError } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { describeError } from '../ui/describe-error.ts'
import {
  type Invitation,
  type Session,
  acceptInvitation,
  goToIdentityProvider,
  isSignedOut,
  readWays,
} from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { invitationTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { notifyError } from '../ui/notify.ts'

const shortest = 12

interface Props {
  token: string
  invitation: Invitation
  onAccept: (session: Session) => void
}

type Need = Invitation['needs'] | 'nothing'

export function AcceptForm({ token, invitation, onAccept }: Props) {
  const { session } = useSessionControl()
  const need: Need = session?.user?.email === invitation.email ? 'nothing' : invitation.needs
  return (
    <>
      {need === 'sign_in' ? (
        <p>
          {words.needsSignIn}{' '}
          {session === null && (
            <Link to="/sign-in" className="underline underline-offset-2">
              {words.signIn}
            </Link>
          )}
        </p>
      ) : (
        <Fields key={need} token={token} invitation={invitation} need={need} onAccept={onAccept} />
      )}
      {need !== 'nothing' && <IdentityProvider />}
    </>
  )
}

/** A user whom the identity provider reports with the invited address becomes a member without the link. */
function IdentityProvider() {
  const { data: ways } = useQuery({ queryKey: ['ways'], queryFn: readWays })
  if (!ways?.openid) return null
  return (
    <Button className="mt-4 h-9 w-full" onClick={() => void goToIdentityProvider('/sign-in').catch(notifyError)}>
      {words.openid(ways.openid.name)}
    </Button>
  )
}

type Faults = Partial<Record<'name' | 'password' | 'other', string>>

function Fields({ token, invitation, need, onAccept }: Props & { need: Exclude<Need, 'sign_in'> }) {
  const [name, setName] = useState(invitation.name ?? '')
  const [password, setPassword] = useState('')
  const [faults, setFaults] = useState<Faults>({})
  const [isPending, setPending] = useState(false)
  const isNew = need === 'new_password'

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const fault = faultOf(need, password)
    if (fault) return setFaults({ password: fault })
    setPending(true)
    setFaults({})
    try {
      const acceptance = {
        token,
        ...(need === 'nothing' ? {} : { password }),
        ...(isNew && name.trim() !== '' ? { name: name.trim() } : {}),
      }
      onAccept(await acceptInvitation(acceptance))
    } catch (error) {
      setFaults(readFaults(error))
      setPending(false)
    }
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <input type="text" name="username" autoComplete="username" value={invitation.email} readOnly hidden />
      {isNew && (
        <Field label={words.name} error={faults.name}>
          <TextInput value={name} maxLength={200} autoComplete="name" className="h-9" onValueChange={setName} />
        </Field>
      )}
      {need === 'nothing' ? (
        <p>{words.own}</p>
      ) : (
        <Field
          label={isNew ? words.newPassword : words.password}
          hint={isNew ? words.newPasswordHint : words.passwordHint}
          error={faults.password}
        >
          <TextInput
            type="password"
            name="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            maxLength={256}
            className="h-9"
            value={password}
            onValueChange={setPassword}
          />
        </Field>
      )}
      {faults.other && (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {faults.other}
        </p>
      )}
      <Button type="submit" kind="primary" className="h-9" disabled={isPending}>
        {isPending ? words.submitting : words.submit}
      </Button>
    </form>
  )
}

function faultOf(need: Need, password: string): string | null {
  if (need === 'new_password' && password.length < shortest) return words.tooShort
  return need === 'password' && password === '' ? words.passwordMissing : null
}

function readFaults(error: unknown): Faults {
  if (isSignedOut(error)) return { password: words.wrong }
  if (!(error instanceof ApiError)) return { other: describeError(error) }
  if (error.status === 404) return { other: words.gone }
  const of = (path: string) => error.errors.find((fault) => fault.path === path)?.message
  const [name, password] = [of('name'), of('password')]
  if (name === undefined && password === undefined) return { other: error.message }
  return { ...(name === undefined ? {} : { name }), ...(password === undefined ? {} : { password }) }
}
