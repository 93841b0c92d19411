// The words about people in Portuguese.
import type { PeopleTexts } from './people-texts.ts'

export const pt: PeopleTexts = {
  person_asked: 'Foi pedido o atendimento por uma pessoa.',
  person_joined: '{name} entrou na conversa.',
  person_name: 'Uma pessoa',
  agent_again: '{name} volta a responder.',
  cut: 'A resposta anterior foi interrompida.',
  queue_wait: 'Uma pessoa responderá em breve.',
  queue_place: 'Lugar na fila: {place}',
  queue_minutes_one: 'Espera estimada: {n} minuto',
  queue_minutes_other: 'Espera estimada: {n} minutos',
  back_to_agent: 'Voltar para {name}',
  person_limit: 'Não é possível pedir uma pessoa de novo nesta conversa.',
  person_nobody: 'Ninguém pode responder agora.',
  person_closed: 'Ninguém pode responder agora. De volta: {at}',
  person_failed: 'Não funcionou.',
}
