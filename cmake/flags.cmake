# Compiler flags as one INTERFACE target: language, warnings, hardening, sanitizers, coverage.
add_library(bouncelog_flags INTERFACE)
target_compile_features(bouncelog_flags INTERFACE c_std_11)
target_include_directories(bouncelog_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

target_compile_definitions(bouncelog_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_compile_options(bouncelog_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -UNDEBUG # an assert is cheap, and is kept where a release would drop it: our bugs end the program
  -fstack-protector-strong -fvisibility=hidden -fno-strict-aliasing
  -fsigned-char # everywhere: arm64 would compare bytes from 0x80 on otherwise than x86
  $<$<BOOL:${BOUNCELOG_WERROR}>:-Werror>)
target_link_options(bouncelog_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)

if(BOUNCELOG_SANITIZE)
  target_compile_options(bouncelog_flags INTERFACE
    -fsanitize=${BOUNCELOG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(bouncelog_flags INTERFACE -fsanitize=${BOUNCELOG_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(bouncelog_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(BOUNCELOG_COVERAGE)
  target_compile_options(bouncelog_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(bouncelog_flags INTERFACE --coverage -fprofile-update=atomic)
endif()

# The whole program is optimised at once, and for the paths that real work takes: scripts/build
# trains the release on generated logs (BOUNCELOG_PROFILE: generate, then use). Only gcc's way is
# known here; objects carry ordinary code, too, for the tests.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release" AND BOUNCELOG_LTO)
  target_compile_options(bouncelog_flags INTERFACE -flto=auto -ffat-lto-objects)
  set(bouncelog_link_program -flto=auto)
  set(bouncelog_link_tests -fno-lto)
  # Structs of some hundred bytes are copied and cleared for each delivery: gcc's choice, `rep movs`
  # and `rep stos`, takes longer to start than vectors take to do it.
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(bouncelog_flags INTERFACE
      -mmemcpy-strategy=vector_loop:512:noalign,libcall:-1:noalign
      -mmemset-strategy=vector_loop:512:noalign,libcall:-1:noalign)
  endif()
endif()
set(bouncelog_profile ${CMAKE_BINARY_DIR}/profile)
if(BOUNCELOG_PROFILE STREQUAL "generate")
  target_compile_options(bouncelog_flags INTERFACE -fprofile-generate=${bouncelog_profile})
  target_link_options(bouncelog_flags INTERFACE -fprofile-generate=${bouncelog_profile})
elseif(BOUNCELOG_PROFILE STREQUAL "use")
  # A profile may be older than the code: gcc says so without a name that could be silenced, so
  # warnings are errors in all other builds only.
  target_compile_options(bouncelog_flags INTERFACE -fprofile-use=${bouncelog_profile}
    -fprofile-partial-training -fprofile-correction -Wno-missing-profile -Wno-coverage-mismatch -Wno-error)
  list(APPEND bouncelog_link_program -fprofile-use=${bouncelog_profile}
    -fprofile-partial-training -fprofile-correction -Wno-missing-profile -Wno-coverage-mismatch)
endif()
