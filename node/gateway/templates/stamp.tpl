{{%AUTOESCAPE context="HTML"}}<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{HEADLINE}} – Sổ Gốc</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<section class="verdict {{TONE}}">
<p class="icon" aria-hidden="true">{{ICON}}</p>
<h1>{{HEADLINE}}</h1>
{{#REASON}}<p>{{TEXT}}</p>
{{/REASON}}
</section>
{{#CLAIMED}}
<p class="claimed">Dưới đây là sản phẩm mà tem tự nhận. Sổ cái không xác nhận tem này.</p>
{{/CLAIMED}}
{{#PRODUCT}}
<section>
<h2>{{NAME}}</h2>
{{#PICTURE}}<img class="picture" src="/v1/blobs/{{HASH}}" alt="" loading="lazy">
{{/PICTURE}}
{{#STARS}}<p class="stars"><span aria-hidden="true">{{STAR_SIGNS}}</span> {{STAR_TEXT}}</p>
{{/STARS}}
{{#NO_STARS}}<p class="stars">Hôm nay không còn hạng sao OCOP có hiệu lực</p>
{{/NO_STARS}}
<dl>
<dt>Chủ thể</dt><dd>{{PRODUCER}}</dd>
<dt>Địa chỉ</dt><dd>{{ADDRESS}}</dd>
<dt>Mã sản phẩm</dt><dd>{{GTIN}}</dd>
</dl>
</section>
{{/PRODUCT}}
{{#BATCH}}
<section>
<h2>Lô hàng</h2>
<dl>
<dt>Số lô</dt><dd>{{LOT}}</dd>
<dt>Số tem</dt><dd>{{SERIAL}}</dd>
<dt>Ngày sản xuất</dt><dd>{{PRODUCTION}}</dd>
<dt>Hạn sử dụng</dt><dd>{{EXPIRY}}</dd>
</dl>
</section>
{{/BATCH}}
{{#CERTIFICATE}}
<section>
<h2>Chứng nhận OCOP</h2>
<dl>
<dt>Số giấy</dt><dd>{{NUMBER}}</dd>
<dt>Hạng</dt><dd>{{STAR}} sao</dd>
<dt>Quyết định</dt><dd>{{DECISION}} ngày {{DECIDED}}</dd>
<dt>Hiệu lực</dt><dd>{{FROM}} – {{TO}}</dd>
</dl>
</section>
{{/CERTIFICATE}}
{{#NOTES}}
<section>
<h2>Ghi chú</h2>
<ul>
{{#NOTE}}<li>{{TEXT}}</li>
{{/NOTE}}
</ul>
</section>
{{/NOTES}}
<section class="evidence">
<h2>Bằng chứng</h2>
{{#NOT_PROVED}}<p>{{TEXT}}</p>
{{/NOT_PROVED}}
<dl>
<dt>Sổ</dt><dd>{{ORIGIN}}</dd>
<dt>Khối</dt><dd>{{HEIGHT}}</dd>
<dt>Mã khối</dt><dd class="hash">{{HASH}}</dd>
<dt>Xác nhận</dt><dd>{{COSIGNED}}</dd>
</dl>
<p>Trang này không tự chứng minh được máy chủ đã gửi nó. Cơ quan kiểm tra dùng <code>sogoc-verify</code>.</p>
</section>
</main>
</body>
</html>
