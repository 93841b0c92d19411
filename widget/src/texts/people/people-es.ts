// The words about people in Spanish.
import type { PeopleTexts } from './people-texts.ts'

export const es: PeopleTexts = {
  person_asked: 'Se ha pedido hablar con una persona.',
  person_joined: '{name} se ha unido.',
  person_name: 'Una persona',
  agent_again: '{name} vuelve a responder.',
  cut: 'La respuesta anterior se interrumpió.',
  queue_wait: 'Una persona le atenderá pronto.',
  queue_place: 'Puesto en la cola: {place}',
  queue_minutes_one: 'Espera estimada: {n} minuto',
  queue_minutes_other: 'Espera estimada: {n} minutos',
  back_to_agent: 'Volver a {name}',
  person_limit: 'No puede volver a pedir una persona en esta conversación.',
  person_nobody: 'Ahora no puede responder nadie.',
  person_closed: 'Ahora no puede responder nadie. De vuelta: {at}',
  person_failed: 'No ha funcionado.',
}
