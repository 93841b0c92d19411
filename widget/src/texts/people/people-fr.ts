// The words about people in French.
import type { PeopleTexts } from './people-texts.ts'

export const fr: PeopleTexts = {
  person_asked: 'Une personne a été demandée.',
  person_joined: '{name} a rejoint la conversation.',
  person_name: 'Une personne',
  agent_again: '{name} répond de nouveau.',
  cut: 'La réponse précédente a été interrompue.',
  queue_wait: 'Une personne va bientôt vous répondre.',
  queue_place: 'Place dans la file d’attente : {place}',
  queue_minutes_one: 'Attente estimée : {n} minute',
  queue_minutes_other: 'Attente estimée : {n} minutes',
  back_to_agent: 'Revenir à {name}',
  person_limit: 'Vous ne pouvez plus demander une personne dans cette conversation.',
  person_nobody: 'Personne ne peut répondre pour le moment.',
  person_closed: 'Personne ne peut répondre pour le moment. De retour : {at}',
  person_failed: 'Cela n’a pas fonctionné.',
}
