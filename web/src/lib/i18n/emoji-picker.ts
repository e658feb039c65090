import type { I18n } from 'emoji-picker-element/shared';
import english from 'emoji-picker-element/i18n/en.js';
import type { EmojiLanguage } from '../emoji';

/** The texts of the emoji picker, which is loaded when it is opened. */
export const pickerTexts: Record<EmojiLanguage, I18n> = {
  en: { ...english, categories: { ...english.categories, custom: 'Your team' } },
  ko: {
    categoriesLabel: '분류',
    emojiUnsupportedMessage: '이 브라우저에서는 컬러 이모지를 볼 수 없어요.',
    favoritesLabel: '자주 쓰는 이모지',
    loadingMessage: '불러오는 중…',
    networkErrorMessage: '이모지를 불러오지 못했어요.',
    regionLabel: '이모지 선택',
    searchDescription: '결과가 있으면 위아래 화살표로 고르고 Enter로 넣어요.',
    searchLabel: '검색',
    searchResultsLabel: '검색 결과',
    skinToneDescription: '펼친 뒤 위아래 화살표로 고르고 Enter로 정해요.',
    skinToneLabel: '피부색 선택 (지금: {skinTone})',
    skinTonesLabel: '피부색',
    skinTones: ['기본', '밝은색', '조금 밝은색', '중간색', '조금 어두운색', '어두운색'],
    categories: {
      custom: '우리 팀',
      'smileys-emotion': '표정과 감정',
      'people-body': '사람과 몸',
      'animals-nature': '동물과 자연',
      'food-drink': '음식과 음료',
      'travel-places': '여행과 장소',
      activities: '활동',
      objects: '사물',
      symbols: '기호',
      flags: '깃발',
    },
  },
};
