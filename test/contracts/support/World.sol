// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {DealTerms} from "../../../contracts/libraries/DealTerms.sol";
import {Draws} from "../../../contracts/libraries/Draws.sol";
import {OfferWords} from "../../../contracts/libraries/OfferWords.sol";
import {HashBeacon} from "./HashBeacon.sol";
import {HostileToken} from "./HostileToken.sol";
import {LedgerOfEvents} from "./LedgerOfEvents.sol";
import {Stored} from "./Stored.sol";
import {TestMarket} from "./TestMarket.sol";
import {TestPieces} from "./TestPieces.sol";
import {vm} from "./Vm.sol";

/// @notice A market with its accounts, and a watch around each act: nothing goes back, and no act changes what is live in its period.
abstract contract World is LedgerOfEvents {
    uint32 internal constant LENGTH = TestMarket.LENGTH;
    uint32 internal constant DELAY = TestMarket.DELAY;
    uint32 internal constant SAMPLES = TestMarket.SAMPLES;
    uint256 internal constant GENESIS = TestMarket.GENESIS;
    /// @dev Histories begin in the first word of the bits and go on in the second.
    uint32 internal constant FIRST_PERIOD = 246;
    uint256 internal constant PROVIDERS = 3;
    uint256 internal constant MAX_PROVIDERS = 5;
    uint32 internal constant MAX_DEALS = 12;
    uint256 internal constant ACCOUNTS = 10;
    uint256 private constant FIRST_KEY = 1_000;
    uint256 private constant FUNDS = 1e18;
    uint96 private constant STAKE = 1e10;

    HashBeacon public beacon;
    address[ACCOUNTS] public accounts;
    /// @notice The clock. The compiler takes the time of a block for a constant of the call.
    uint256 public time;
    /// @notice Deals that the operators' signatures stand for.
    uint32 public signedDeals;

    mapping(address account => uint256) internal _keys;
    bytes32 internal _domain;

    uint256 private constant WORDS = 3;
    uint256 private constant VERSION_BIT = 192;

    /// @dev What only grows or stands, as raw storage: terms of deals; of providers versions, nonces and bits; consents.
    struct Marks {
        uint32 period;
        uint32 deals;
        uint32 providers;
        bytes32[] words;
    }

    modifier watched() {
        Marks memory marks;
        marks.period = _current();
        (marks.deals, marks.providers) = Stored.counts(market);
        bytes32[] memory slots = _slots(marks.deals, marks.providers);
        marks.words = market.extsload(slots);
        _;
        _enter();
        _compare(marks, market.extsload(slots));
    }

    constructor(IStorageMarket market_) {
        market = market_;
        HostileToken money = HostileToken(address(market.parameters().token));
        token = money;
        beacon = HashBeacon(address(market.parameters().beacon));
        _warp(GENESIS + LENGTH * (FIRST_PERIOD - 1));
        _domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Holdfast"),
                keccak256("1"),
                block.chainid,
                address(market)
            )
        );
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            address account = vm.addr(FIRST_KEY + i);
            (accounts[i], _keys[account]) = (account, FIRST_KEY + i);
            money.mint(account, FUNDS);
            vm.prank(account);
            token.approve(address(market), type(uint256).max);
        }
        vm.recordLogs();
        for (uint256 i = 0; i < PROVIDERS; ++i) {
            _as(accounts[i]);
            market.register(accounts[i + PROVIDERS], accounts[i], 64, 1e9, "");
            _as(accounts[i]);
            market.stake(uint32(i + 1), STAKE, _allowance());
            _enter();
        }
    }

    function supply() external pure returns (uint256) {
        return FUNDS * ACCOUNTS;
    }

    /// @notice Everybody whom the market may owe something.
    function accountList() external view returns (address[] memory list) {
        list = new address[](ACCOUNTS + 1);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            list[i] = accounts[i];
        }
        // Calls from within a transfer are its own: it may have registered a provider.
        list[ACCOUNTS] = address(token);
    }

    function termsUnchanged(uint32 deal) external view returns (bool) {
        return signedTerms[deal] == _termsOf(deal);
    }

    /// @dev External, since the hash reads calldata.
    function hashOffer(IMarketState.Offer calldata offer) external pure returns (bytes32) {
        return OfferWords.hash(offer);
    }

    /* ACTING */

    function _as(address account) internal {
        acting = account;
        vm.prank(account);
    }

    function _warp(uint256 to) internal {
        time = to;
        vm.warp(to);
    }

    function _current() internal view returns (uint32) {
        return uint32((time - GENESIS) / LENGTH + 1);
    }

    function _startOf(uint32 p) internal pure returns (uint256) {
        return GENESIS + LENGTH * uint256(p - 1);
    }

    function _signature(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", _domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function _allowance() internal pure returns (IMarketState.Payment memory payment) {}

    function _isProven(uint32 provider, uint32 p) internal view returns (bool) {
        return (market.provenWord(provider, p >> 8) >> (p & 0xff)) & 1 != 0;
    }

    /// @dev The proof of the current period, by a walk over what is listed.
    function _proof(uint32 id) internal view returns (bytes memory proof, bool) {
        uint32 current = _current();
        IMarketState.Provider memory provider = market.providerOf(id);
        uint256 frozen = provider.touchedAt == current ? provider.frozen : provider.listed;
        if (frozen == 0) return (proof, false);
        uint32[] memory list = Stored.list(market, id, frozen);
        uint256 seed = uint256(keccak256(abi.encode(uint64(_startOf(current) + DELAY))));
        uint256[6] memory walk = Draws.walk(seed, address(market), id, current);
        uint256 found = 0;
        for (uint256 step = 0; found < SAMPLES; ++step) {
            if (step == SAMPLES * 64) return (proof, false);
            uint256 word = Draws.word(walk, step);
            uint32 deal = list[(word >> 128) % frozen];
            DealTerms terms = Stored.terms(market, deal);
            if (!terms.isLive(current)) continue;
            uint256 leaves = (uint256(terms.size()) * 4 + 126) / 127;
            proof = bytes.concat(proof, TestPieces.path(deal, uint128(word) % leaves));
            ++found;
        }
        return (proof, true);
    }

    /* WATCHING */

    function _slots(uint32 deals, uint32 providers) private view returns (bytes32[] memory slots) {
        slots = new bytes32[](deals + providers * (2 + WORDS) + ACCOUNTS);
        uint256 next = 0;
        for (uint32 id = 1; id <= deals; ++id) {
            slots[next++] = Stored.termsSlot(id);
        }
        for (uint32 id = 1; id <= providers; ++id) {
            slots[next++] = Stored.versionSlot(id);
            slots[next++] = Stored.noncesSlot(id);
            for (uint256 word = 0; word < WORDS; ++word) {
                slots[next++] = Stored.provenSlot(id, word);
            }
        }
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            slots[next++] = Stored.consentsSlot(accounts[i]);
        }
    }

    function _compare(Marks memory marks, bytes32[] memory then) private {
        (uint32 deals, uint32 providers) = Stored.counts(market);
        _rule(marks.deals <= deals && marks.providers <= providers, "counts");
        bytes32[] memory before = marks.words;
        uint256 next = 0;
        for (; next < marks.deals; ++next) {
            if (before[next] != then[next]) {
                _compareTerms(marks.period, DealTerms.wrap(uint256(before[next])), DealTerms.wrap(uint256(then[next])));
            }
        }
        for (uint256 i = 0; i < marks.providers; ++i) {
            _rule(uint256(before[next]) >> VERSION_BIT <= uint256(then[next]) >> VERSION_BIT, "versions");
            _rule(before[next + 1] & ~then[next + 1] == 0, "nonces");
            next += 2;
            for (uint256 word = 0; word < WORDS; ++word) {
                _rule(before[next] & ~then[next] == 0, "bits");
                ++next;
            }
        }
        for (; next < then.length; ++next) {
            _rule(before[next] & ~then[next] == 0, "nonces");
        }
    }

    function _compareTerms(uint32 period, DealTerms before, DealTerms then) private {
        bool same = before.isLive(period) == then.isLive(period);
        _rule(same || period != _current(), "live");
        _rule(before.settledUpTo() <= then.settledUpTo() && before.missed() <= then.missed(), "settled");
        _rule(then.end() <= before.end(), "end");
        _rule(!before.closed(), "closed");
        _rule(!before.forfeited() || then.forfeited(), "forfeited");
    }
}
