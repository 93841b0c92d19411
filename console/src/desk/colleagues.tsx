// Who can answer: oneself, with one's availability, and the colleagues.
import type { Availability, Person } from '@parley/contract'
import { availabilities } from '@parley/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { handlingTexts } from '../handling/texts.ts'
import { orderPeople, putPerson, usePeopleOf } from '../handling/people.ts'
import { nameOf } from '../handling/who-handles.ts'
import { useSession } from '../session/session-context.ts'
import { classes } from '../ui/classes.ts'
import { notifyError } from '../ui/notify.ts'

const { availability: words, colleagues } = handlingTexts

export function Colleagues() {
  const session = useSession()
  const { data: people } = usePeopleOf(session)
  const own_id = session.user?.user_id
  const own = people?.find(({ user_id }) => user_id === own_id)
  const others = orderPeople((people ?? []).filter(({ user_id }) => user_id !== own_id))
  return (
    <>
      {own_id !== undefined && <OwnAvailability availability={own?.availability ?? 'away'} />}
      <section aria-label={colleagues.title}>
        <p aria-hidden="true" className="px-2 pb-1 text-xs text-faint">
          {colleagues.title}
        </p>
        {people && others.length === 0 && <p className="px-2 text-faint text-pretty">{colleagues.none}</p>}
        <ul className="flex flex-col">
          {others.map((person) => (
            <Colleague key={person.user_id} person={person} />
          ))}
        </ul>
      </section>
    </>
  )
}

function OwnAvailability({ availability }: { availability: Availability }) {
  const { client } = useSession()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: (chosen: Availability) => client.updateMyPresence({ availability: chosen }),
    onSuccess: (person) => putPerson(queries, person),
    onError: notifyError,
  })
  const shown = change.isPending ? change.variables : availability
  return (
    <fieldset className="px-2">
      <legend className="pb-1 text-xs text-faint">{words.label}</legend>
      <div className="flex gap-1 rounded-lg bg-sunken p-1">
        {availabilities.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === shown}
            className={classes(
              'h-7 flex-1 rounded-md',
              one === shown ? 'bg-surface font-medium text-ink' : 'text-soft hover:text-ink',
            )}
            onClick={() => change.mutate(one)}
          >
            {words[one]}
          </button>
        ))}
      </div>
      <p className="pt-1 text-xs text-faint text-pretty">{shown === 'away' ? words.awayHint : words.availableHint}</p>
    </fieldset>
  )
}

function Colleague({ person }: { person: Person }) {
  const { is_online, availability, load } = person
  const state = is_online ? words[availability] : colleagues.offline
  return (
    <li className="flex items-baseline gap-2 px-2 py-1">
      <span
        className={classes(
          'size-2 shrink-0 rounded-full',
          is_online ? (availability === 'available' ? 'bg-good' : 'bg-warn') : 'border-2 border-faint',
        )}
      />
      <span className="min-w-0 flex-1 truncate" title={nameOf(person)}>
        {nameOf(person)}
        <span className="block text-xs text-faint">
          {state}
          {load > 0 && ` · ${colleagues.load(load)}`}
        </span>
      </span>
    </li>
  )
}
