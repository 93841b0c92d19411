// Above every page: that the organization is looked at as a partner, or that it is suspended.
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { formatMoment } from '../base/format.ts'
import { endView } from '../session/session.ts'
import { useSessionControl } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { notifyError } from '../ui/notify.ts'
import { useNow } from '../ui/use-now.ts'
import { shellTexts } from './texts.ts'

const barClasses =
  'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-warn-wash px-4 py-2 text-warn'

export function StandingBar() {
  const { session } = useSessionControl()
  if (session === null) return null
  if (session.view) return <ViewBar />
  return (
    session.organization.status === 'suspended' && (
      <p role="status" className={barClasses}>
        <Icon name="warning" className="shrink-0" />
        <span className="min-w-0 flex-1 basis-60 break-words">{shellTexts.suspended(session.organization.name)}</span>
      </p>
    )
  )
}

function ViewBar() {
  const { session, open } = useSessionControl()
  const navigate = useNavigate()
  const now = useNow()
  const [isEnding, setEnding] = useState(false)
  const view = session?.view
  if (!session || !view) return null
  const end = async () => {
    setEnding(true)
    try {
      open(await endView(session))
      // What is on the page belongs to the organization that was viewed.
      await navigate({ to: '/settings/organizations' })
    } catch (error) {
      notifyError(error)
      setEnding(false)
    }
  }
  return (
    <section aria-label={shellTexts.view.label} className={barClasses}>
      <Icon name="eye" className="shrink-0" />
      <p className="min-w-0 flex-1 basis-60 break-words">
        <strong className="font-semibold">{shellTexts.view.viewing(session.organization.name)}</strong>{' '}
        <span className="text-xs">{shellTexts.view.until(view.partner.name, formatMoment(view.expires_at, now))}</span>
      </p>
      <Button disabled={isEnding} onClick={() => void end()}>
        {shellTexts.view.end}
      </Button>
    </section>
  )
}
