import { describe, expect, test } from 'vitest';
import { createApprovalRoster } from '../../../src/actors/response/approval-roster.ts';
import type { Approval } from '../../../src/domain/approval.ts';
import { START, sampleApproval } from '../../store/store-fixtures.ts';

const createScene = (count: number, room = 2000) => {
  let now = START;
  let waiting: Approval[] = Array.from({ length: count }, (_, index) => sampleApproval(index, { createdAt: START, expiresAt: START + 600_000 }));
  const up = new Set<string>();
  const busy = new Set<string>();
  const roster = createApprovalRoster({
    waiting: () => waiting,
    adopt: ({ id }) => {
      if (up.size < room) up.add(id);
      return up.has(id);
    },
    dismiss: (id) => !busy.has(id) && up.delete(id),
    now: () => now,
  });
  return {
    roster,
    up,
    busy,
    waiting: () => waiting,
    set: (list: Approval[]) => {
      waiting = list;
    },
    at: (ms: number) => {
      now = START + ms;
    },
    idOf: (index: number): string => waiting[index]?.id ?? '',
  };
};

describe('actors for thousands of approvals', () => {
  test('a few have all of them one', () => {
    const scene = createScene(60);
    expect(scene.roster.first()).toHaveLength(60);
    for (const approval of scene.waiting()) scene.roster.admit(approval);
    expect([scene.up.size, scene.roster.asleep()]).toEqual([60, 0]);
  });

  test('of very many the others sleep; who is decided about, joined or looked at is woken first', () => {
    const scene = createScene(10_000);
    for (const approval of scene.roster.first()) scene.up.add(approval.id);
    expect([scene.up.size, scene.roster.asleep()]).toEqual([64, 9936]);
    const id = scene.idOf(9000);
    scene.roster.wake(id);
    expect(scene.up.has(id)).toBe(true);
    scene.roster.wake('nobody');
    expect(scene.up.size).toBe(65);
  });

  test('what is due is woken in portions, and put to sleep again when that is over; what is under way never', () => {
    const scene = createScene(5000);
    for (const approval of scene.roster.first()) scene.up.add(approval.id);
    scene.at(300_000);
    scene.roster.rouse();
    expect(scene.up.size).toBe(160);
    const reminded = new Set(scene.up);
    scene.busy.add(scene.idOf(3));
    // Reminded now: nothing is due about these until four fifths.
    scene.set(scene.waiting().map((one) => (reminded.has(one.id) ? { ...one, reminded: 0.5 } : one)));
    for (let round = 0; round < 70; round += 1) {
      scene.roster.rouse();
      scene.set(scene.waiting().map((one) => (scene.up.has(one.id) ? { ...one, reminded: 0.5 } : one)));
    }
    expect(scene.waiting().every((one) => one.reminded === 0.5)).toBe(true);
    scene.roster.rouse();
    expect([scene.up.size, scene.up.has(scene.idOf(3))]).toEqual([64, true]);
  });

  test('all of them expire, however many at once, and those that are gone are forgotten', () => {
    const scene = createScene(3000);
    for (const approval of scene.roster.first()) scene.up.add(approval.id);
    scene.at(600_000);
    let rounds = 0;
    while (scene.waiting().length > 0 && rounds < 40) {
      scene.roster.rouse();
      scene.set(scene.waiting().filter(({ id }) => !scene.up.delete(id)));
      rounds += 1;
    }
    expect([scene.waiting().length, rounds <= 20]).toEqual([0, true]);
    scene.roster.rouse();
    expect(scene.roster.asleep()).toBe(0);
  });

  test('one for which there is no room sleeps on and is woken later, not lost', () => {
    const scene = createScene(3000, 100);
    for (const approval of scene.roster.first()) scene.up.add(approval.id);
    scene.at(600_000);
    for (let round = 0; round < 60 && scene.waiting().length > 0; round += 1) {
      scene.roster.rouse();
      expect(scene.up.size).toBeLessThanOrEqual(100);
      scene.set(scene.waiting().filter(({ id }) => !scene.up.delete(id)));
    }
    expect(scene.waiting()).toEqual([]);
  });

  test('one whose target is suspended always has its actor', () => {
    const scene = createScene(2000);
    scene.set(scene.waiting().map((one, index) => (index === 1999 ? { ...one, isHeld: true } : one)));
    expect(scene.roster.first().some(({ isHeld }) => isHeld)).toBe(true);
    scene.roster.rouse();
    expect(scene.roster.asleep()).toBe(2000 - 65);
  });
});
