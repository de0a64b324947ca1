# Run by cmake -P: writes the style sheet IN, without comments and indentation, to OUT as a C array,
# with the hash that a Content-Security-Policy allows it by.
file(READ ${IN} css)
string(REGEX REPLACE "/\\*[^*]*\\*/" "" css "${css}")
string(REGEX REPLACE "\n[ \n]*" "\n" css "${css}")
string(REGEX REPLACE "^\n" "" css "${css}")
string(SHA256 digest "${css}")

set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
set(base64 "")
foreach(at RANGE 0 60 6)
  string(SUBSTRING "${digest}00" ${at} 6 bytes)
  foreach(shift 18 12 6 0)
    math(EXPR index "(0x${bytes} >> ${shift}) & 63")
    string(SUBSTRING ${alphabet} ${index} 1 letter)
    string(APPEND base64 ${letter})
  endforeach()
endforeach()
string(REGEX REPLACE ".$" "=" base64 "${base64}") # 32 bytes are a third short of 33

string(HEX "${css}" hex)
string(LENGTH "${hex}" length)
math(EXPR bytes "${length} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUT} "#include \"style.h\"

static const unsigned char css[] = {\n${hex}};
const sv style_css = {(const char *)css, ${bytes}};
const char style_hash[] = \"sha256-${base64}\";
")
