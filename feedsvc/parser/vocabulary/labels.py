"""The words that digests use for the parts of a paper, in every language: tables, and no rules."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from feedsvc.patterns import compile_later

FIELDS: dict[str, str] = {
    "votes": (
        "vote votes upvote upvotes like likes hf_upvotes hugging_face_upvotes 투표 추천 추천수"
        " 좋아요 点赞 点赞数 赞 赞同 推荐数 投票 票数 得票 いいね いいね数 投票数 👍 ⬆ 🔺 🔼 ❤"
        " ♥"
    ),
    "authors": (
        "author authors by written_by 저자 저자들 글쓴이 作者 作者列表 作者团队 论文作者 著者"
        " 一作 第一作者 first_author lead_author 제1저자 筆頭著者 автор авторы autor autora autores"
        " autoras auteur auteurs auteures autoren verfasser autori"
        " yazar yazarlar tác_giả penulis autorzy"
        " 著者名 執筆者 筆者 👥 👤 ✍ 🧑 👨 👩 🧑‍🔬 👨‍🔬 👩‍🔬"
    ),
    "link": (
        "link links url paper arxiv arxiv_link arxiv_id arxiv_url paper_link paper_url pdf"
        " pdf_link pdf_url doi id paper_id primary abs abs_link source_url read read_more"
        " full_text paper_page original openreview permalink huggingface hugging_face hf 링크"
        " 논문 논문_링크 원문 원문_링크 주소 출처_링크 链接 论文 论文链接 论文地址 原文"
        " 原文链接 地址 arxiv_链接 arxiv链接 全文 下载 编号 论文编号 论文id リンク 論文"
        " 論文リンク 原論文 アドレス 出典 ссылка ссылки ссылка_на_статью статья enlace enlaces lien"
        " liens bağlantı liên_kết tautan 🔗 📎 🌐"
    ),
    "code": (
        "code github code_link project project_page website demo repo repository dataset"
        " models 코드 프로젝트 代码 代码链接 项目 项目主页 开源地址 コード プロジェクト"
        " код репозиторий código repositorio repositório dépôt 💻 🐙"
    ),
    "date": (
        "date published publish_date published_date publication_date published_on submitted"
        " submitted_on submission_date posted release_date 날짜 게시일 발행일 제출일 공개일"
        " 출판일 日期 发布日期 发布时间 发表时间 发表日期 提交日期 提交时间 时间 公開日 日付 投稿日"
        " 発表日 дата дата_публикации опубликовано fecha fecha_de_publicación publicado"
        " publicado_em date_de_publication publié datum veröffentlicht 📅 🗓 📆"
    ),
    "updated": (
        "updated last_updated last_update updated_on updated_at update_time generated"
        " generated_on generated_at 업데이트 최종_업데이트 마지막_업데이트 갱신일 更新 更新时间"
        " 更新日期 最后更新 最近更新 更新于 生成时间 更新日 最終更新"
    ),
    "abstract": (
        "abstract abstracts abstract_en abstract_zh tl;dr tldr summary one-line_summary"
        " short_summary ai_summary english_abstract chinese_abstract 초록 요약 한줄_요약"
        " 한_줄_요약 핵심_요약 초록_번역 摘要 中文摘要 英文摘要 摘要翻译 一句话总结 一句话摘要"
        " 总结 简介 要約 概要 要旨 あらまし アブストラクト"
        " аннотация резюме кратко краткое_содержание суть resumen resumo résumé en_bref"
        " en_resumen zusammenfassung kurzfassung riassunto"
        " özet tóm_tắt ringkasan abstrak streszczenie"
    ),
    "title": (
        "title paper_title original_title english_title 제목 논문_제목 원제 원제목 영문_제목"
        " 영어_제목 원문_제목 原标题 标题 题目 论文标题 论文题目 英文标题 原题"
        " タイトル 題名 論文タイトル 原題 название заголовок título titre titel titolo"
        " başlık tiêu_đề judul tytuł"
    ),
    "translation": (
        "title_zh title_cn title_ko title_ja chinese_title korean_title japanese_title"
        " translated_title title_translation 中文标题 中文题目 标题翻译 译名 译题 한국어_제목"
        " 국문_제목 제목_번역 번역_제목 日本語タイトル 邦題 和訳タイトル"
    ),
    "score": (
        "score scores relevance relevance_score rating rank ranking quality novelty importance"
        " impact 점수 평점 관련도 评分 相关度 相关性 相关度评分 打分 推荐指数 重要性 得分"
        " スコア 評価 関連度 оценка рейтинг puntuación pontuação bewertung ⭐ 🌟"
    ),
    "tags": (
        "tags tag category categories keyword keywords subject subjects topic topics theme"
        " themes field area areas primary_category main_category primary_subject 태그 키워드"
        " 분류 분야 카테고리 주제 标签 分类 类别 关键词 关键字 领域 主题 方向 研究方向 主类别"
        " タグ キーワード 分野 カテゴリ カテゴリー 分類"
        " теги тег категория категории ключевые_слова тема темы etiquetas categoría categorías"
        " palabras_clave tema temas catégorie catégories mots-clés thème schlagwörter kategorie"
        " kategorien thema themen palavras-chave categoria categorias 🏷 🔖"
    ),
    "comment": (
        "comment comments note notes journal journal_ref venue conference institution"
        " institutions affiliation affiliations organization source remark remarks 비고 코멘트"
        " 학회 기관 소속 출처 评论 备注 会议 期刊 机构 单位 来源 発表先 所属 備考 コメント 会議"
        " комментарий комментарии примечание организация comentario comentarios commentaire"
        " kommentar institución instituição 🏛 🏢"
    ),
}
"""The names of each field, apart by spaces, in lower case; an underscore is a space."""

PUBLICATION = (
    "published publish_date published_date publication_date published_on submitted submitted_on"
    " submission_date posted release_date 게시일 발행일 제출일 공개일 출판일 发布日期 发布时间"
    " 发表时间 发表日期 提交日期 提交时间 公開日 投稿日 発表日"
)
"""The names of `date` that say when a paper came out, and not of which day its digest is."""

SECTIONS = (
    "abstract methods method methodology methodologies approach results result conclusion"
    " conclusions introduction background motivation contribution contributions"
    " key_contributions main_contribution details more_details show show_more detail"
    " details_&_abstract more links link figure figures key_points key_findings key_insights"
    " key_topics highlights_of_the_paper why_it_matters limitations limitation implications"
    " discussion experiments evaluation data code analysis ai_analysis technical_details"
    " performance_highlights what's_new classification paper_statistics read_more bibtex"
    " citation takeaways takeaway main_idea problem solution novelty abstract_/_摘要"
    " english_abstract metadata paper_info paper_information 元数据 元信息 论文信息 基本信息"
    " 메타데이터 논문_정보 書誌情報 論文情報 メタデータ"
    " 詳細 方法 手法 結果 結論 背景 目的 課題 新規性 議論 考察 実験 貢献"
    " 提案手法 図 방법 방법론 결과 결론 배경 동기 기여 핵심_기여 한계 실험 상세 자세히 더보기"
    " метод методы результаты вывод выводы заключение введение почему_это_важно método métodos"
    " resultados conclusión conclusiones por_qué_importa méthode résultats ergebnisse fazit"
    " 링크 의의 시사점 문제 분석 详情 详细 展开 点击展开 查看摘要 方法 结果 结论 背景 研究背景"
    " 动机 研究动机 贡献 主要贡献 创新点 核心创新 实验 实验结果 局限 局限性 不足 链接 意义 分析"
    " 深度分析 核心问题 解决的问题 技术细节 背景与痛点 关键词 启发 要点 亮点"
)
"""What headings, bold lines and summaries inside a paper are called, besides the fields."""

ASIDES = (
    "contents table_of_contents toc index navigation quick_links statistics stats"
    " paper_statistics daily_statistics trend_table related_work related_works related_papers"
    " related related_lists related_resources references further_reading see_also excluded"
    " excluded_papers filtered filtered_out filtered_papers rejected rejected_papers"
    " not_selected skipped skipped_papers"
    " other_links resources acknowledgements acknowledgments license citation contributing"
    " star_history archive archives past_issues previous_issues history sources feeds subscribe"
    " subscription newsletter contact follow_us sponsors support"
    " about about_this_digest faq installation usage setup changelog models model_list datasets"
    " leaderboard latest_archive_entry latest_entry afterword closing_words"
    " closing_thoughts closing_remarks final_thoughts editor's_note"
    " 목차 통계 관련_연구 관련_논문 참고문헌"
    " 참고_자료 제외 제외된_논문 제외_논문 지난_호 아카이브 바로가기 소개 사용법 구독 구독_안내"
    " 구독하기 문의 후기 맺음말 마치며 目录 統計"
    " 统计 数据统计 统计信息 相关工作 相关论文 参考文献 参考 排除 排除论文 未入选 未选中 被过滤"
    " 过滤掉的论文 已排除 归档 往期 往期回顾 历史 历史归档 资源 订阅 订阅方式 联系我们"
    " 关注我们 关于 致谢 许可证 使用说明 数据来源"
    " 导航 后记 编后语 编者按 结语 写在最后 结束语"
    " 目次 関連研究 関連論文 除外 除外論文 除外した論文 バックナンバー 過去の記事"
    " リンク集 購読 購読方法 お問い合わせ"
    " оглавление содержание índice contenido contenidos sommaire table_des_matières inhalt"
    " inhaltsverzeichnis sumário conteúdo 感想 所感 雑感 あとがき 編集後記 おわりに"
)
"""Headings of what stands in a digest and holds none of its papers."""

TOPICS_TOO = (
    "statistics stats navigation models datasets leaderboard history 통계 統計 统计 历史 导航"
)
"""Those of them that are fields of research, too: papers may stand below as elsewhere."""

SPONSORS = (
    r"(?:together|in partnership|in collaboration) with\b|sponsored\b"
    r"|(?:presented|brought to you) by\b|a word from our\b|advertisement$|广告|赞助|廣告|광고|협찬"
)
"""How headings begin below which an advertisement stands."""

NO_PAPERS = (
    r"no (?:new |relevant |matching |selected )?(?:papers?|results?|submissions?|updates?)\b"
    r"|nothing new\b"
    r"|(?:今[天日])?(?:没有|沒有|暂无|暫無|无)(?:新的?|更新|符合条件的?|相关)?(?:论文|論文|更新)"
    r"|(?:오늘|금일)?[은는]?\s?(?:새로운?\s)?(?:논문|업데이트)[이가은는]? (?:없|업데이트되지)"
    r"|(?:本日|今日)?[はの]?(?:新しい|新着)?(?:論文|更新)は?(?:ありません|なし)"
)
"""How lines begin that say of a day that it has no papers."""

IMPRINT = (
    r"(?:copyright )?(?:©|&copy;|\(c\) (?:19|20)[0-9]{2})|copyright (?:19|20)[0-9]{2}"
    r"|all rights reserved"
    r"|(?:to )?unsubscribe\b|you (?:get|got|receive|received|are receiving|are subscribed)\b"
    r"|thanks? (?:you )?for reading|view (?:this )?(?:email )?in (?:your |the )?browser"
    r"|(?:automatically |auto-?)?generated (?:by|with|on|at|automatically)\b|powered by\b"
    r"|this (?:e?mail|newsletter|digest|page|report|issue) (?:is|was) "
    r"(?:automatically )?(?:generated|sent|created|made)\b"
    r"|(?:이|본) (?:메일|뉴스레터|문서|글|페이지)[은는] .{0,30}(?:자동|발송)|자동(?:으로)? 생성"
    r"|수신 ?거부"
    r"|本(?:文|日报|邮件|页面|报告)由|由.{1,30}自动生成|自动生成|退订|このメールは|配信停止"
)
"""How lines begin that say who sends a digest, and how to receive it no more."""

LINK_WORDS = (
    "arxiv pdf paper papers link links abs abstract html page view read full text download the"
    " on hf hugging face huggingface more here doi openreview url original source alphaxiv"
    " version online publisher acl anthology pubmed biorxiv medrxiv semantic scholar 논문 링크"
    " 원문 페이지 보기 바로가기 전체 다운로드 论文 链接 原文 全文 查看 地址 下载 阅读 页面"
    " 论文链接 原文链接 论文地址 查看论文 查看原文 論文 リンク ページ 本文 原論文 論文リンク"
    " 読む статья ссылка оригинал читать enlace artículo leer lien lire artikel lesen artigo ler"
)
"""The words that name a link to a paper and are never its title."""

OTHER_LINK_WORDS = (
    "code github project website web demo dataset data datasets model models video videos"
    " slides poster star stars fork forks citations"
    " back top toc summary blog repo repository homepage home site twitter tweet"
    " x thread notes note cs stat kimi bib bibtex cite papers_with_code colab youtube weights"
    " space detail details subscribe unsubscribe"
    " 코드 프로젝트 데모 요약 영상 모델 데이터 데이터셋 깃허브 블로그"
    " 代码 项目 主页 项目主页 数据 数据集"
    " 模型 模型权重 仓库 博客 演示 视频 总结 解读 笔记 返回 返回目录 摘要"
    " コード プロジェクト デモ 動画 要約 解説 モデル データ"
    " 戻る"
)
"""The words that name a link to something else of a paper."""

OTHERS = (
    r"\+(?:\s?[0-9]{1,3}(?:\s(?:more|others|authors))?)?|\.\.\.|…|et\.?\s?al\.?|and others"
    r"|and [0-9]+ (?:more|others)|и др|и другие|y otros|e outros|et autres|u\.\s?a"
    r"|외(?: [0-9]+명)?|等(?:人)?|ほか|他|(?<![\u3040-\u309f])ら"
)
"""What a list of authors ends in where there are more."""

LAST_OF_OTHERS = frozenset("+.…0123456789eElLsS외명等人か他ら")
"""The last letters of these; few names end in one, and to look for all forms is slow."""


def label_set(names: str) -> frozenset[str]:
    """The labels of a table of names, apart by spaces."""
    return frozenset(plain_label(name.replace("_", " ")) for name in names.split())


_MARKS = re.compile(r"[^\w\s&/;'+.-]")
_NOTE = re.compile(r"[(（\[【][^()（）\[\]【】]{0,40}[)）\]】]$")
_ENDS_OF_NOTES = tuple(")）]】")
LOOKED_AT = 120
"""Characters of a heading that are read to see whether it is a label."""
_NUMBER = re.compile(r"(?:[0-9]{1,2}[.)、：:]|[一二三四五六七八九十]{1,3}[、.])\s*")


@lru_cache(maxsize=8192)
def plain_label(text: str) -> str:
    """A label in lower case, without emphasis, emoji, numbers before it and notes behind it."""
    text = unicodedata.normalize("NFC", text[:LOOKED_AT].strip())
    bare = _NOTE.sub("", text) if text.endswith(_ENDS_OF_NOTES) else text
    bare = bare[number.end() :] if (number := _NUMBER.match(bare)) else bare
    bare = " ".join(_MARKS.sub(" ", bare).replace("_", " ").split())
    if not bare:  # an emoji alone is a label of its own
        return text.replace("\ufe0f", "").strip(" *_:：")
    return bare.strip(" .-:;").casefold()


FIELD_OF_LABEL = {
    label: field for field, names in reversed(FIELDS.items()) for label in label_set(names)
}
_SECTIONS = label_set(SECTIONS)
_ASIDES = label_set(ASIDES)
_IMPRINT = compile_later(rf"[\s>*_#\[(（-]{{0,12}}(?:{IMPRINT})", re.IGNORECASE)
_SPONSORS = compile_later(rf"\W{{0,6}}(?:{SPONSORS})", re.IGNORECASE)
_NO_PAPERS = compile_later(rf"[\s>*_(（-]{{0,9}}(?:{NO_PAPERS})", re.IGNORECASE)
_LONGEST_IMPRINT = 400
_BEFORE_IMPRINT = " \t>*_#[(（-"
_FIRST_OF_IMPRINT = frozenset("©&(acgptuvyACGPTUVY이본자수本由自退こ配")
"""The first signs of these, by which most lines are told apart at once."""
_PUBLICATION = label_set(PUBLICATION)
_TOPICS_TOO = label_set(TOPICS_TOO)
_LINK_WORDS = label_set(LINK_WORDS)
_ANY_LINK_WORDS = _LINK_WORDS | label_set(OTHER_LINK_WORDS)
_ID = re.compile(
    r"(?:arxiv|doi|id)?\s?[:：]?\s?(?:[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|10\.[0-9]{4,9}/\S+)"
    r"|(?:https?://|(?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,6}/)\S+"
    r"|[a-z]{2,12}\.[a-z]{2,3}|\#[0-9]{1,4}|(?:[0-9]{1,4}[-./ ]){2}[0-9]{1,4}",
    re.IGNORECASE,
)
_LONGEST_LABEL = 40


def field_named(label: str) -> str | None:
    """The key of FIELDS that a label names; None where it names none."""
    return FIELD_OF_LABEL.get(plain_label(label)) if len(label) <= _LONGEST_LABEL else None


def names_publication(label: str) -> bool:
    """Whether a label of a day says that the paper came out on it."""
    return len(label) <= _LONGEST_LABEL and plain_label(label) in _PUBLICATION


def names_part(text: str) -> bool:
    """Whether a heading or bold line names a part of a paper, such as `Abstract:`."""
    if len(text) > _LONGEST_LABEL:
        return False
    label = plain_label(text)
    parts = [part.strip() for part in re.split(r"\s[/&|]\s|/", label)]
    return all(part in _SECTIONS or part in FIELD_OF_LABEL for part in parts)


def names_aside(text: str) -> bool:
    """Whether a heading names something that holds none of a digest's papers."""
    return len(text) <= _LONGEST_LABEL and plain_label(text) in _ASIDES


def names_imprint(line: str) -> bool:
    """Whether a line says who sends a digest, or how to receive it no more."""
    if len(line) > _LONGEST_IMPRINT or line.lstrip(_BEFORE_IMPRINT)[:1] not in _FIRST_OF_IMPRINT:
        return False
    return _IMPRINT.match(line) is not None


def names_sponsor(text: str) -> bool:
    """Whether a heading stands above an advertisement, and names no topic."""
    return _SPONSORS.match(text) is not None


def says_no_papers(line: str) -> bool:
    """Whether a line says that its day has no papers."""
    return len(line) <= LOOKED_AT and _NO_PAPERS.match(line) is not None


def may_name_topic(text: str) -> bool:
    """Whether a heading that names an aside may as well name a topic of papers."""
    return len(text) <= _LONGEST_LABEL and plain_label(text) in _TOPICS_TOO


def names_paper_link(text: str) -> bool:
    """Whether the words of a link say that it leads to the paper (`PDF`, `2411.06558`)."""
    return _names_link(text, _LINK_WORDS)


def names_link(text: str) -> bool:
    """Whether the words of a link say where it leads, and are no title."""
    return _names_link(text, _ANY_LINK_WORDS)


@lru_cache(maxsize=8192)
def _names_link(text: str, words: frozenset[str]) -> bool:
    text = text.strip(" []()*_`")
    if len(text) > _LONGEST_LABEL and not text.startswith("http"):
        return False
    if _ID.fullmatch(text):
        return True
    label = plain_label(text)
    if not any(character.isalnum() for character in label):
        return True
    return label in words or all(word in words for word in re.split(r"[\s/&+-]+", label))
