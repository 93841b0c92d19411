// The words about people in English.
import type { PeopleTexts } from './people-texts.ts'

export const en: PeopleTexts = {
  person_asked: 'A person was asked for.',
  person_joined: '{name} has joined.',
  person_name: 'A person',
  agent_again: '{name} answers again.',
  cut: 'The answer before was cut off.',
  queue_wait: 'A person will be with you soon.',
  queue_place: 'Place in the queue: {place}',
  queue_minutes_one: 'Estimated wait: {n} minute',
  queue_minutes_other: 'Estimated wait: {n} minutes',
  back_to_agent: 'Back to {name}',
  person_limit: 'You cannot ask for a person again in this conversation.',
  person_nobody: 'Nobody can answer right now.',
  person_closed: 'Nobody can answer right now. People are back: {at}',
  person_failed: 'That did not work.',
}
