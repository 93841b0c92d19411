// The words about people in Polish.
import type { PeopleTexts } from './people-texts.ts'

export const pl: PeopleTexts = {
  person_asked: 'Poproszono o rozmowę z człowiekiem.',
  person_joined: '{name} jest w rozmowie.',
  person_name: 'Konsultant',
  agent_again: 'Znów odpowiada {name}.',
  cut: 'Poprzednia odpowiedź została przerwana.',
  queue_wait: 'Wkrótce odpowie Ci człowiek.',
  queue_place: 'Miejsce w kolejce: {place}',
  queue_minutes_one: 'Szacowany czas oczekiwania: {n} minuta',
  queue_minutes_other: 'Szacowany czas oczekiwania: {n} minuty',
  back_to_agent: 'Wróć do: {name}',
  person_limit: 'W tej rozmowie nie można ponownie poprosić o człowieka.',
  person_nobody: 'Teraz nikt nie może odpowiedzieć.',
  person_closed: 'Teraz nikt nie może odpowiedzieć. Znów dostępni: {at}',
  person_failed: 'Nie udało się.',
  queue_minutes_few: 'Szacowany czas oczekiwania: {n} minuty',
  queue_minutes_many: 'Szacowany czas oczekiwania: {n} minut',
}
