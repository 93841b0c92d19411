// The words about people in Turkish.
import type { PeopleTexts } from './people-texts.ts'

export const tr: PeopleTexts = {
  person_asked: 'Bir kişiyle görüşme istendi.',
  person_joined: '{name} katıldı.',
  person_name: 'Bir kişi',
  agent_again: '{name} yeniden yanıtlıyor.',
  cut: 'Önceki yanıt yarıda kesildi.',
  queue_wait: 'Birazdan bir kişi size yanıt verecek.',
  queue_place: 'Sıradaki yeriniz: {place}',
  queue_minutes_other: 'Tahmini bekleme: {n} dakika',
  back_to_agent: '{name} ile devam et',
  person_limit: 'Bu konuşmada yeniden bir kişi isteyemezsiniz.',
  person_nobody: 'Şu anda kimse yanıt veremiyor.',
  person_closed: 'Şu anda kimse yanıt veremiyor. Yeniden burada: {at}',
  person_failed: 'Olmadı.',
}
