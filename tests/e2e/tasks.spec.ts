// A room's tasks, and one's own in all rooms.

import type { Locator } from '@playwright/test'
import { expectAccessible } from './accessible.js'
import { choose, expect, Person, PHONE, test, twoPeople } from './people.js'

const panel = ({ page }: Person): Locator => page.getByRole('region', { name: 'Tasks', exact: true })
const mine = ({ page }: Person): Locator => page.getByRole('region', { name: 'My tasks', exact: true })
const item = (list: Locator, title: string): Locator => list.getByRole('listitem').filter({ hasText: title })
const box = (list: Locator, title: string): Locator => list.getByRole('checkbox', { name: `Complete: ${title}` })

async function openTasks(person: Person): Promise<void> {
  await person.page.getByRole('main').getByRole('button', { name: 'Tasks', exact: true }).click()
  await expect(panel(person)).toBeVisible()
}

async function add(person: Person, title: string): Promise<void> {
  await panel(person).getByRole('textbox', { name: 'Add a task' }).fill(title)
  await panel(person).getByRole('textbox', { name: 'Add a task' }).press('Enter')
  await expect(item(panel(person), title)).toHaveCount(1)
}

async function chooseForTask(person: Person, title: string, action: string): Promise<void> {
  await item(panel(person), title).hover()
  await panel(person).getByRole('button', { name: `More about: ${title}` }).click()
  await person.page.getByRole('menuitem', { name: action }).click()
}

test('two people share a list: made, given, changed, finished, taken back, deleted', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await openTasks(mina)
  await openTasks(joon)
  await expect(panel(joon).getByText('Nothing to do')).toBeVisible()
  await add(mina, 'Bring the cake')
  await expect(panel(mina).getByRole('textbox', { name: 'Add a task' })).toHaveValue('')
  await expect(item(panel(joon), 'Bring the cake')).toBeVisible()

  // With somebody, and a day.
  await panel(mina).getByRole('textbox', { name: 'Add a task' }).fill('Book the room')
  await panel(mina).getByRole('button', { name: 'Assignee: Nobody' }).click()
  await mina.page.getByRole('dialog', { name: 'Assignee' }).getByRole('button', { name: 'Joon' }).click()
  await panel(mina).getByRole('button', { name: 'Due: No date' }).click()
  await mina.page.getByRole('dialog', { name: 'Due' }).getByRole('button', { name: /^Tomorrow/ }).click()
  await panel(mina).getByRole('button', { name: 'Add', exact: true }).click()
  await expect(item(panel(joon), 'Book the room')).toContainText('Tomorrow')
  await expect(item(panel(joon), 'Book the room')).toContainText('Assignee: Joon')
  // What has a date comes first.
  await expect(panel(joon).getByRole('listitem').first()).toContainText('Book the room')
  await expectAccessible(mina.page)

  await item(panel(joon), 'Bring the cake').getByRole('button', { name: 'Edit: Bring the cake' }).click()
  const title = panel(joon).getByRole('textbox', { name: 'What is to be done' })
  await expect(title).toBeFocused()
  await title.fill('Bring two cakes')
  await panel(joon).getByRole('button', { name: 'Save' }).click()
  await expect(item(panel(mina), 'Bring two cakes')).toBeVisible()

  await chooseForTask(joon, 'Book the room', 'Mark as in progress')
  await expect(item(panel(mina), 'Book the room')).toContainText('In progress')
  await box(panel(joon), 'Book the room').click()
  await expect(box(panel(joon), 'Book the room')).toBeChecked()
  await expect(mina.page.getByText('Joon finished a task: Book the room')).toBeVisible()
  await expect(item(panel(mina), 'Book the room')).toHaveCount(0)
  await panel(mina).getByText('Done', { exact: true }).click()
  await expect(box(panel(mina), 'Book the room')).toBeChecked()
  await box(panel(mina), 'Book the room').click()
  await expect(panel(mina).getByText('Nothing done yet')).toBeVisible()
  await panel(mina).getByText('All', { exact: true }).click()
  await expect(panel(mina).getByRole('listitem')).toHaveCount(2)

  // Joon neither made it nor owns the room.
  await item(panel(joon), 'Bring two cakes').hover()
  await panel(joon).getByRole('button', { name: 'More about: Bring two cakes' }).click()
  await expect(joon.page.getByRole('menuitem', { name: 'Edit' })).toBeVisible()
  await expect(joon.page.getByRole('menuitem', { name: 'Delete' })).toHaveCount(0)
  await joon.page.keyboard.press('Escape')
  await chooseForTask(mina, 'Bring two cakes', 'Delete')
  const question = mina.page.getByRole('dialog', { name: 'Delete this task?' })
  await expect(question).toContainText('“Bring two cakes” disappears for everybody')
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(item(panel(joon), 'Bring two cakes')).toHaveCount(0)
  await expect(item(panel(mina), 'Bring two cakes')).toHaveCount(0)
})

test('a message becomes a task that leads back to it, and is among my tasks of all rooms', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await mina.open('General')
  await joon.open('General')
  await joon.send('Could somebody order the books?')
  await choose(mina.message('order the books'), 'Make a task')
  const field = panel(mina).getByRole('textbox', { name: 'Add a task' })
  await expect(field).toHaveValue('Could somebody order the books?')
  await expect(field).toBeFocused()
  await field.fill('Order the books')
  await panel(mina).getByRole('button', { name: 'Assignee: Nobody' }).click()
  await mina.page.getByRole('dialog', { name: 'Assignee' }).getByRole('button', { name: 'Mina' }).click()
  await field.press('Enter')
  await expect(item(panel(mina), 'Order the books')).toBeVisible()

  await mina.createRoom('design')
  await mina.page.getByRole('navigation').getByRole('button', { name: 'My tasks' }).click()
  const task = item(mine(mina), 'Order the books')
  await expect(task).toContainText('#General')
  await task.getByRole('button', { name: 'Open the message' }).click()
  await expect(mina.page).toHaveURL(/\/rooms\/\w+\/\d+$/)
  await expect(mina.message('Could somebody order the books?')).toBeVisible()

  // Given to somebody else, it is mine no more; what is late says so.
  await openTasks(joon)
  await item(panel(joon), 'Order the books').getByRole('button', { name: 'Edit: Order the books' }).click()
  const form = panel(joon).getByRole('listitem')
  await form.getByRole('button', { name: 'Assignee: Mina' }).click()
  await joon.page.getByRole('dialog', { name: 'Assignee' }).getByRole('button', { name: 'Joon' }).click()
  await form.getByRole('button', { name: 'Due: No date' }).click()
  await joon.page.getByRole('dialog', { name: 'Due' }).getByLabel('Day').fill('2026-01-02')
  await joon.page.getByRole('dialog', { name: 'Due' }).getByRole('button', { name: /^Set/ }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(item(mine(mina), 'Order the books')).toHaveCount(0)
  await expect(item(panel(joon), 'Order the books')).toContainText('Overdue')
})

test('a notification leads to its task, done or not, and from the room that is open', async ({ browser, maru }) => {
  const { mina, joon } = await twoPeople(browser, maru)
  await joon.open('General')
  await openTasks(joon)
  for (const title of ['Sweep the floor', 'Bring the cake']) {
    const field = panel(joon).getByRole('textbox', { name: 'Add a task' })
    await field.fill(title)
    await panel(joon).getByRole('button', { name: 'Assignee: Nobody' }).click()
    await joon.page.getByRole('dialog', { name: 'Assignee' }).getByRole('button', { name: 'Mina' }).click()
    await field.press('Enter')
    await expect(item(panel(joon), title)).toBeVisible()
  }
  await box(panel(joon), 'Sweep the floor').click()
  await mina.createRoom('elsewhere')
  await mina.page.getByRole('navigation').getByRole('button', { name: /^Inbox/ }).click()
  const inbox = mina.page.getByRole('region', { name: 'Inbox', exact: true })
  await inbox.getByRole('button', { name: /Bring the cake/ }).click()
  await expect(panel(mina).getByRole('button', { name: 'Edit: Bring the cake' })).toBeFocused()
  await expect(mina.page.getByPlaceholder('Message to General')).toBeVisible()
  await panel(mina).getByRole('button', { name: 'Back' }).click()
  await inbox.getByRole('button', { name: /Sweep the floor/ }).click()
  await expect(panel(mina).getByRole('button', { name: 'Edit: Sweep the floor' })).toBeFocused()
  await expect(box(panel(mina), 'Sweep the floor')).toBeChecked()

  // As the system's own notifications lead there: by an address.
  const { roomId, taskId } = await panel(mina).evaluate((region) => ({
    roomId: location.pathname.split('/')[2],
    taskId: region.querySelector('[id^=task-]')?.id.slice('task-'.length),
  }))
  await mina.page.goto(`/rooms/${roomId}/tasks/${taskId}`)
  await expect(panel(mina).locator(`#task-${taskId} [data-item]`)).toBeFocused()
  await expect(mina.page).toHaveURL(`/rooms/${roomId}`)
  await mina.page.goto(`/rooms/${roomId}/tasks/01m80a00000000000000000000`)
  await expect(mina.page.getByText('This task no longer exists.')).toBeVisible()
})

test('on a phone the tasks cover the room, and back leads to it', async ({ browser, maru }) => {
  const mina = await Person.in(browser, maru, 'Mina', PHONE)
  await mina.setUp(maru)
  await mina.open('General')
  await mina.page.getByRole('button', { name: 'Room menu' }).tap()
  await mina.page.getByRole('menuitem', { name: 'Tasks' }).tap()
  await add(mina, 'Water the plants')
  await box(panel(mina), 'Water the plants').tap()
  await expect(box(panel(mina), 'Water the plants')).toBeChecked()
  await box(panel(mina), 'Water the plants').tap()
  await expect(box(panel(mina), 'Water the plants')).not.toBeChecked()
  await panel(mina).getByRole('button', { name: 'More about: Water the plants' }).tap()
  await mina.page.getByRole('menuitem', { name: 'Mark as in progress' }).tap()
  await expect(item(panel(mina), 'Water the plants')).toContainText('In progress')
  await mina.back()
  await expect(panel(mina)).toHaveCount(0)
  await expect(mina.composer).toBeVisible()
})
