//! Tiếng Việt.

use super::{Clock, Reasons, Row, Texts};

pub(super) static TEXTS: Texts = Texts {
    tag: "vi",
    to: "Thông báo cho người bệnh và gia đình",
    title: "Chúng tôi đã xem thông\u{A0}tin y\u{A0}tế của quý\u{A0}vị",
    lead: "Lúc đó quý vị cần được giúp đỡ. Vì vậy, đội cấp cứu đã xem thông tin y tế của quý vị (như hồ sơ \
           khám bệnh và thuốc) bằng thẻ My\u{A0}Number được dùng làm thẻ bảo hiểm y tế ({マイナ保険証}). \
           Đội cấp cứu đã không thể xin được sự đồng ý của quý vị.",
    when: "Thời gian",
    clock: Clock::Iso { japan_time: " (giờ Nhật Bản)" },
    who: "Người xem",
    crew: ["Đội cấp cứu (", ")"],
    why: "Lý do",
    reasons: Reasons {
        unconscious: "Lúc đó quý vị bất tỉnh và không thể trả lời.",
        impaired_consciousness: "Lúc đó quý vị không hoàn toàn tỉnh táo và khó hiểu được lời giải thích.",
        cannot_communicate: "Lúc đó quý vị khó trả lời bằng lời nói hoặc cử chỉ.",
    },
    rule: Row {
        label: "Quy định",
        text: "Theo nguyên tắc, thông tin y tế được xem khi có sự đồng ý của chính người đó. Tuy nhiên, khi \
               cần thiết để bảo vệ tính mạng hoặc thân thể mà khó xin được sự đồng ý, có thể xem mà không \
               cần đồng ý (Luật Bảo vệ thông tin cá nhân của Nhật Bản, {個人情報の保護に関する法律}).",
    },
    purpose: Row {
        label: "Mục đích",
        text: "Thông tin được dùng để giúp quý vị: sơ cứu, chọn bệnh viện và báo cho bệnh viện. Thông tin \
               không được dùng vào việc nào khác.",
    },
    other: Row {
        label: "Dữ liệu khác",
        text: "Chúng tôi không đọc thông tin về thuế hay lương hưu, cũng không đọc My\u{A0}Number (mã số gồm 12 \
               chữ số) của quý vị.",
    },
    questions: Row {
        label: "Thắc mắc",
        text: "Nếu có điều gì chưa rõ hoặc lo lắng, xin hỏi nơi liên hệ dưới đây. Việc xem này đã được ghi \
               lại. Quý vị không bị bất lợi gì khi hỏi.",
    },
    contact: "Liên hệ",
    drill: "Giấy dùng để diễn tập, không phải về người có thật.",
};
