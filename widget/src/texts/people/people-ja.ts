// The words about people in Japanese.
import type { PeopleTexts } from './people-texts.ts'

export const ja: PeopleTexts = {
  person_asked: '担当者を呼び出しました。',
  person_joined: '{name}が参加しました。',
  person_name: '担当者',
  agent_again: '{name}が再び回答します。',
  cut: '前の回答は中断されました。',
  queue_wait: 'まもなく担当者が回答します。',
  queue_place: '順番：{place}',
  queue_minutes_other: '予想待ち時間：{n}分',
  back_to_agent: '{name}に戻る',
  person_limit: 'この会話では、これ以上担当者を呼び出せません。',
  person_nobody: '現在、回答できる担当者がいません。',
  person_closed: '現在、回答できる担当者がいません。再開：{at}',
  person_failed: 'うまくいきませんでした。',
}
