// The words about people in German.
import type { PeopleTexts } from './people-texts.ts'

export const de: PeopleTexts = {
  person_asked: 'Um einen Menschen wurde gebeten.',
  person_joined: '{name} ist jetzt da.',
  person_name: 'Ein Mensch',
  agent_again: '{name} antwortet wieder.',
  cut: 'Die Antwort davor wurde abgebrochen.',
  queue_wait: 'Gleich antwortet Ihnen ein Mensch.',
  queue_place: 'Platz in der Warteschlange: {place}',
  queue_minutes_one: 'Geschätzte Wartezeit: {n} Minute',
  queue_minutes_other: 'Geschätzte Wartezeit: {n} Minuten',
  back_to_agent: 'Zurück zu {name}',
  person_limit: 'In dieser Unterhaltung können Sie nicht noch einmal um einen Menschen bitten.',
  person_nobody: 'Gerade kann niemand antworten.',
  person_closed: 'Gerade kann niemand antworten. Wieder da: {at}',
  person_failed: 'Das hat nicht geklappt.',
}
