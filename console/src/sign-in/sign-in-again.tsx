// Asks for a new session on top of a page whose session has ended. The page keeps its content and is covered.
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { readWays } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { signInTexts as words } from './texts.ts'
import { Button, buttonClasses } from '../ui/button.tsx'
import { Mark } from '../ui/icons.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function SignInAgain() {
  const { session, close } = useSessionControl()
  const { data: ways } = useQuery({ queryKey: ['ways'], queryFn: readWays })
  const user = session?.user
  const popup = useRef<HTMLDivElement>(null)
  const secret = () => popup.current?.querySelector<HTMLElement>('input[type=password]') ?? true
  const hasForm = !user || (user.has_password && ways?.password !== false)
  return (
    <Dialog.Root open disablePointerDismissal>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-canvas" />
        <Dialog.Popup
          ref={popup}
          initialFocus={secret}
          className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[min(24rem,calc(100vw-2rem))] -translate-1/2 overflow-y-auto rounded-2xl border border-line bg-surface p-7 shadow-float outline-none"
        >
          <Mark width="36" height="36" />
          <Dialog.Title className="mt-4 text-xl font-semibold">{words.again}</Dialog.Title>
          <Dialog.Description className="mt-1 mb-5 text-soft text-pretty">
            {words.againText(session?.who ?? '')}
          </Dialog.Description>
          {hasForm && <SignInForm way={user ? 'password' : 'api_key'} email={user?.email ?? ''} />}
          {ways?.openid && (
            <a
              href="/sign-in"
              target="_blank"
              rel="noreferrer"
              className={buttonClasses('plain', 'mt-4 h-9 w-full')}
              title={words.inNewTab}
            >
              {words.openid(ways.openid.name)}
              <span className="sr-only">{words.inNewTab}</span>
            </a>
          )}
          <Button kind="quiet" className="mt-2 h-9 w-full" onClick={close}>
            {words.leave}
          </Button>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
