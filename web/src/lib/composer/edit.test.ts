import { expect, it } from 'vitest';
import { applyEdit, replacement } from './edit';

it('leaves a text alone that waits to be sent', () => {
  const field = document.createElement('textarea');
  document.body.append(field);
  field.value = 'done';
  field.readOnly = true;
  applyEdit(field, replacement(0, 4, 'changed'));
  expect([field.value, document.activeElement]).toEqual(['done', document.body]);
});
