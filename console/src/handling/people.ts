// Who can answer, with their availability: read once, then kept up to date by the feed.
import type { Person } from '@parley/contract'
import { type QueryClient, useQuery } from '@tanstack/react-query'
import type { Session } from '../session/session.ts'

export const peopleKey = ['desk-people'] as const

export function usePeopleOf({ client, scopes }: Session) {
  return useQuery({
    queryKey: peopleKey,
    queryFn: async ({ signal }) => (await client.listPresence({}, { signal })).data,
    enabled: scopes.has('conversations:reply'),
    // Somebody who is no longer heard of goes offline without an event.
    refetchInterval: 30_000,
  })
}

export function putPerson(queries: QueryClient, person: Person | null): void {
  if (person === null) return
  queries.setQueryData<Person[]>(peopleKey, (people) => people && withPerson(people, person))
}

export function withPerson(people: readonly Person[], person: Person): Person[] {
  const isKnown = people.some(({ user_id }) => user_id === person.user_id)
  return isKnown ? people.map((one) => (one.user_id === person.user_id ? person : one)) : [...people, person]
}

/** Who could take something now comes first; then by name. */
export function orderPeople(people: readonly Person[]): Person[] {
  const rank = ({ availability, is_online }: Person) => (is_online ? (availability === 'available' ? 0 : 1) : 2)
  return people.toSorted((a, b) => rank(a) - rank(b) || (a.name ?? '').localeCompare(b.name ?? ''))
}
