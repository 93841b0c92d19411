// The ways to sign in that the server offers: an API key, an email address and password, an identity provider.
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { goToIdentityProvider, readWays } from '../session/session.ts'
import { useTitle } from '../shell/use-title.ts'
import { signInTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { Mark } from '../ui/icons.tsx'
import { notifyError } from '../ui/notify.ts'
import { SignInForm, type Way } from './sign-in-form.tsx'

export function SignInPage() {
  useTitle(words.submit)
  const { to, sign_in_error } = useSearch({ from: '/sign-in' })
  const { data: ways } = useQuery({ queryKey: ['ways'], queryFn: readWays })
  const [chosen, setChosen] = useState<Way>('api_key')
  const offered = (['api_key', 'password'] as const).filter((way) => ways?.[way] ?? way === 'api_key')
  const way = offered.includes(chosen) ? chosen : offered[0]
  const back = to === undefined ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`
  return (
    <main className="grid min-h-full place-items-center p-4">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-7 shadow-float">
        <Mark width="36" height="36" />
        <h1 className="mt-4 mb-5 text-xl font-semibold">{words.title}</h1>
        {sign_in_error !== undefined && (
          <p role="alert" className="mb-4 rounded-md bg-bad-wash px-3 py-2 text-bad">
            {words.openidErrors[sign_in_error] ?? words.openidErrors['provider_failed']}
          </p>
        )}
        {offered.length > 1 && <Ways offered={offered} chosen={way} onChoose={setChosen} />}
        {way && <SignInForm key={way} way={way} />}
        {ways?.openid && (
          <Button className="mt-4 h-9 w-full" onClick={() => void goToIdentityProvider(back).catch(notifyError)}>
            {words.openid(ways.openid.name)}
          </Button>
        )}
      </div>
    </main>
  )
}

interface WaysProps {
  offered: readonly Way[]
  chosen: Way | undefined
  onChoose: (way: Way) => void
}

function Ways({ offered, chosen, onChoose }: WaysProps) {
  return (
    <div role="group" aria-label={words.way} className="mb-4 flex gap-1 rounded-lg bg-sunken p-1">
      {offered.map((way) => (
        <button
          key={way}
          type="button"
          aria-pressed={way === chosen}
          className={classes(
            'h-7 flex-1 rounded-md',
            way === chosen ? 'bg-surface font-medium shadow-[0_1px_2px_rgb(0_0_0/0.12)]' : 'text-soft hover:text-ink',
          )}
          onClick={() => onChoose(way)}
        >
          {words.ways[way]}
        </button>
      ))}
    </div>
  )
}
