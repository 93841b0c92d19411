// The words about people in Italian.
import type { PeopleTexts } from './people-texts.ts'

export const it: PeopleTexts = {
  person_asked: 'È stata richiesta una persona.',
  person_joined: '{name} è ora nella conversazione.',
  person_name: 'Una persona',
  agent_again: '{name} risponde di nuovo.',
  cut: 'La risposta precedente è stata interrotta.',
  queue_wait: 'Una persona le risponderà presto.',
  queue_place: 'Posto in coda: {place}',
  queue_minutes_one: 'Attesa stimata: {n} minuto',
  queue_minutes_other: 'Attesa stimata: {n} minuti',
  back_to_agent: 'Torna a {name}',
  person_limit: 'In questa conversazione non può più chiedere una persona.',
  person_nobody: 'Al momento nessuno può rispondere.',
  person_closed: 'Al momento nessuno può rispondere. Di nuovo disponibili: {at}',
  person_failed: 'Non ha funzionato.',
}
