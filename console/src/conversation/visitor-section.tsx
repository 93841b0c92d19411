// The visitor of a web widget: their page, what the site has signed apart from what is claimed, their feedback, and their block.
import type { Conversation } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { Facts } from '../ui/facts.tsx'
import { Icon } from '../ui/icons.tsx'
import { BlockDialog } from './block-dialog.tsx'
import { Section } from './details-parts.tsx'
import { conversationTexts } from './texts.ts'
import { type Row, type Visitor, readVisitor } from './visitor.ts'

const words = conversationTexts.visitor

export function VisitorSection({ conversation }: { conversation: Conversation }) {
  const { scopes } = useSession()
  const [isBlocking, setBlocking] = useState(false)
  const { custom_metadata, web_widget_id, id } = conversation
  if (custom_metadata === undefined) return null
  const visitor = readVisitor(custom_metadata)
  return (
    <Section title={words.title}>
      <div className="flex flex-col gap-3">
        {visitor.isPreview && <p className="text-soft">{words.preview}</p>}
        <Page visitor={visitor} />
        <Signed visitor={visitor} />
        <Group title={words.claimed} hint={words.claimedHint} rows={visitor.claimed} />
        <Group title={words.form} rows={visitor.form} />
        <Feedback visitor={visitor} />
        <div className="flex flex-wrap items-center gap-2">
          {web_widget_id !== null && scopes.has('web_widgets:manage') && (
            <Button onClick={() => setBlocking(true)}>{words.block}</Button>
          )}
          {web_widget_id !== null && (scopes.has('web_widgets:read') || scopes.has('web_widgets:manage')) && (
            <Link
              to="/web-widgets/$web_widget_id"
              params={{ web_widget_id }}
              search={{ section: 'activity' }}
              className="text-accent-strong underline underline-offset-2"
            >
              {words.toWidget}
            </Link>
          )}
        </div>
      </div>
      {isBlocking && (
        <BlockDialog web_widget_id={web_widget_id!} conversation_id={id} onClose={() => setBlocking(false)} />
      )}
    </Section>
  )
}

/** An address that a browser claims: it is shown, and opened only without telling where one comes from. */
function Page({ visitor: { page, locale } }: { visitor: Visitor }) {
  const { url, title, referrer } = page
  const isAddress = url !== null && /^https?:\/\//.test(url)
  return (
    <Facts
      rows={[
        [
          words.page,
          url && (
            <>
              {title && <bdi className="block">{title}</bdi>}
              {isAddress ? (
                <a
                  href={url}
                  target="_blank"
                  rel="noopener noreferrer nofollow"
                  className="text-xs text-soft underline decoration-line underline-offset-2 wrap-anywhere hover:decoration-ink"
                >
                  {url}
                </a>
              ) : (
                <span className="text-xs wrap-anywhere">{url}</span>
              )}
            </>
          ),
        ],
        [words.referrer, referrer],
        [words.locale, locale],
      ]}
    />
  )
}

function Signed({ visitor: { isVerified, verified } }: { visitor: Visitor }) {
  if (!isVerified) return <p className="text-faint">{words.guest}</p>
  return (
    <div>
      <h3 className="mb-1 flex items-center gap-1.5 font-medium text-good">
        <Icon name="check" />
        {words.verified}
      </h3>
      <Facts rows={verified} />
    </div>
  )
}

function Group({ title, hint, rows }: { title: string; hint?: string; rows: readonly Row[] }) {
  if (rows.length === 0) return null
  return (
    <div>
      <h3 className="font-medium">{title}</h3>
      {hint && <p className="text-xs text-faint">{hint}</p>}
      <Facts className="mt-1" rows={rows} />
    </div>
  )
}

function Feedback({ visitor: { feedback } }: { visitor: Visitor }) {
  if (!feedback) return null
  return (
    <div>
      <h3 className="mb-1 font-medium">{words.feedback}</h3>
      {feedback.rating && <p className="numeric">{feedback.rating}</p>}
      <Facts rows={feedback.answers} />
    </div>
  )
}
