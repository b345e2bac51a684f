// Who has an account and what each may do; for administrators.
import { Pencil } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../../../server/contract/people.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Press } from '../parts/press.tsx';
import { useSlice } from '../studio.tsx';
import { PersonForm } from './person-form.tsx';

/** The list; one person's form at a time. */
export function People({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const people = useSlice((s) => s.people);
  const [edited, setEdited] = useState<Person | 'new' | null>(null);
  if (edited !== null) {
    return (
      <PersonForm
        key={edited === 'new' ? '' : edited.user}
        person={edited === 'new' ? null : edited}
        onClose={() => setEdited(null)}
      />
    );
  }
  return (
    <Dialog
      title={t('people.title')}
      onClose={onClose}
      actions={
        <Press className="strong" testId="add-person" onPress={() => setEdited('new')}>
          {t('people.add')}
        </Press>
      }
    >
      <ul className="rows">
        {Object.values(people).map((person) => (
          <li key={person.user} className="person-row">
            <span>
              <b>{person.name}</b> <span className="muted">{person.user}</span>
              <small className="muted">
                {' '}
                {person.roles.map((role) => t(`role.${role}`)).join(', ')}
                {person.online > 0 && ` · ${t('people.online', { count: person.online })}`}
              </small>
            </span>
            <button
              type="button"
              className="press icon"
              aria-label={t('people.edit', { name: person.name })}
              onClick={() => setEdited(person)}
            >
              <Pencil aria-hidden size={16} />
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
