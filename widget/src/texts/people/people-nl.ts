// The words about people in Dutch.
import type { PeopleTexts } from './people-texts.ts'

export const nl: PeopleTexts = {
  person_asked: 'Er is om een medewerker gevraagd.',
  person_joined: '{name} doet nu mee.',
  person_name: 'Een medewerker',
  agent_again: '{name} antwoordt weer.',
  cut: 'Het vorige antwoord is afgebroken.',
  queue_wait: 'Er komt zo iemand bij u.',
  queue_place: 'Plaats in de wachtrij: {place}',
  queue_minutes_one: 'Geschatte wachttijd: {n} minuut',
  queue_minutes_other: 'Geschatte wachttijd: {n} minuten',
  back_to_agent: 'Terug naar {name}',
  person_limit: 'U kunt in dit gesprek niet nog eens om een medewerker vragen.',
  person_nobody: 'Er kan nu niemand antwoorden.',
  person_closed: 'Er kan nu niemand antwoorden. Weer bereikbaar: {at}',
  person_failed: 'Dat is niet gelukt.',
}
