// One entry of the audit log: a line that opens to its changes, where it came from, and what else there is about it.
import { Link } from '@tanstack/react-router'
import { formatFull, formatMoment, formatNumber } from '../base/format.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { type Fact, Facts } from '../ui/facts.tsx'
import { useNow } from '../ui/use-now.ts'
import { Changes } from './changes.tsx'
import { type Entry, describeAction, nameActor, nameTarget } from './entry-text.ts'
import { TargetLink } from './target-link.tsx'
import { auditTexts as words } from './texts.ts'

export function EntryLine({ entry }: { entry: Entry }) {
  const { occurred_at, actor, action, target, outcome, count, via } = entry
  const now = useNow()
  return (
    <Disclosure
      summary={
        <summary className="flex min-h-10 flex-wrap items-baseline gap-x-4 gap-y-0.5 px-4 py-2 hover:bg-hover">
          <time dateTime={occurred_at} title={formatFull(occurred_at)} className="numeric w-28 text-xs text-faint">
            {formatMoment(occurred_at, now)}
          </time>
          <span className="min-w-0 flex-1 basis-64 wrap-anywhere">
            <bdi className="font-medium">{nameActor(actor)}</bdi>
            <span className="text-soft">{` · ${describeAction(action)}`}</span>
            {target && (
              <span className="text-soft">
                {' · '}
                <bdi className="text-ink">{nameTarget(target)}</bdi>
              </span>
            )}
          </span>
          {outcome === 'refused' && (
            <span className="rounded bg-bad-wash px-1.5 py-0.5 text-xs text-bad">{words.refused(count)}</span>
          )}
          <span className="text-xs text-faint">{words.vias[via]}</span>
        </summary>
      }
    >
      <Details entry={entry} />
    </Disclosure>
  )
}

function Details({ entry }: { entry: Entry }) {
  const { outcome, count } = entry
  return (
    <div className="flex flex-col gap-4 px-4 pt-1 pb-4">
      {outcome === 'refused' ? <p className="text-soft">{words.refusedHint(count)}</p> : <Changes entry={entry} />}
      <Facts rows={factsOf(entry)} />
      <More entry={entry} />
    </div>
  )
}

function factsOf(entry: Entry): Fact[] {
  const { occurred_at, actor, on_behalf_of, action, target, via, address, user_agent, request_id } = entry
  return [
    [words.facts.time, formatFull(occurred_at)],
    [words.facts.actor, <Who key="actor" actor={actor} />],
    [words.facts.on_behalf_of, on_behalf_of && <Who key="for" actor={on_behalf_of} />],
    [words.facts.action, <code key="action">{action}</code>],
    [
      words.facts.target,
      target && (
        <span key="target">
          {words.targetTypes[target.type]} {target.name !== null && <bdi>{target.name} </bdi>}
          {target.id !== null && <code>{target.id}</code>}
        </span>
      ),
    ],
    [words.facts.via, words.vias[via]],
    [words.facts.address, address],
    [words.facts.user_agent, user_agent],
    [words.facts.request, request_id && <code key="request">{request_id}</code>],
    [words.facts.sequence, formatNumber(entry.sequence)],
    [words.facts.hash, <code key="hash">{entry.hash}</code>],
  ]
}

function Who({ actor: { type, id, name } }: { actor: Entry['actor'] }) {
  return (
    <>
      {words.actorTypes[type]} {name !== null && <bdi>{name} </bdi>}
      {id !== null && <code>{id}</code>}
    </>
  )
}

const linkClasses = 'text-accent-strong underline-offset-2 hover:underline'

/** Other entries, and the page of the thing itself. */
function More({ entry: { actor, action, target } }: { entry: Entry }) {
  const said = describeAction(action)
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1">
      {target && <TargetLink target={target} className={linkClasses} />}
      {target && target.id !== null && (
        <Link
          to="/settings/audit-log"
          search={{ target_type: target.type, target_id: target.id }}
          className={linkClasses}
        >
          {words.history(nameTarget(target))}
        </Link>
      )}
      {actor.id !== null && (
        <Link to="/settings/audit-log" search={{ actor_id: actor.id }} className={linkClasses}>
          {words.allBy(nameActor(actor))}
        </Link>
      )}
      <Link to="/settings/audit-log" search={{ action }} className={linkClasses}>
        {words.allOf(said)}
      </Link>
    </p>
  )
}
